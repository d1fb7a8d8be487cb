/** The pages' look: readable at any width and in either colour scheme, with a focus that is seen. */
export const style = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, "Noto Sans SC", sans-serif; }
body { margin: 0; padding: 1rem; }
main, footer { max-width: 26rem; margin: 2rem auto; }
main.wide, main.wide + footer { max-width: 40rem; }
h1 { font-size: 1.5rem; }
h2 { font-size: 1.1rem; margin: 1rem 0 .5rem; }
label { display: block; margin-top: .75rem; font-weight: 600; }
input, textarea, select { display: block; width: 100%; box-sizing: border-box; padding: .5rem; font: inherit; border: 1px solid #767676; border-radius: 4px; }
input[type="checkbox"] { width: 1.25rem; height: 1.25rem; margin: .15rem 0; }
button { margin-top: 1rem; padding: .5rem 1rem; min-height: 2.75rem; font: inherit; }
button.main { width: 100%; color: #fff; background: #1a56b8; border: 1px solid #1a56b8; border-radius: 4px; font-weight: 600; }
:focus-visible { outline: 3px solid #1a66d6; outline-offset: 2px; }
#message:empty { display: none; }
#message { padding: .5rem .75rem; border-left: 4px solid #1a66d6; }
#message[role="alert"] { border-color: #c62828; }
section { margin-top: 1.25rem; border-top: 1px solid #999; }
section ul, section ol { margin: .25rem 0; padding-inline-start: 1.5rem; }
.people { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; list-style: none; }
.people button { margin: 0; }
code { overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
li[aria-current] > span { font-weight: 600; }
table { border-collapse: collapse; }
th, td { padding: .25rem .75rem .25rem 0; text-align: start; vertical-align: top; overflow-wrap: anywhere; }
ins { text-decoration: none; font-weight: 600; }
.late, .missing { color: #b3261e; font-weight: 600; }
.note, .answers { margin-top: 1.25rem; padding: .5rem 1rem 1rem; border: 2px solid #1a56b8; border-radius: 4px; }
section .waiting { padding: 0; list-style: none; }
.waiting li { display: grid; grid-template-columns: 2rem 1fr auto; gap: 0 .5rem; padding: .6rem 0; border-bottom: 1px solid #bbb; }
.waiting label { margin: 0; font-weight: 400; }
.waiting small { grid-column: 2; }
.waiting a { grid-column: 3; grid-row: 1; }
@media (min-width: 60rem) {
  main:has(.screen), main:has(.screen) + footer { max-width: 72rem; margin-top: 1rem; }
  .screen { display: grid; grid-template-columns: 1fr 1fr; gap: 0 2.5rem; }
}
@media (prefers-color-scheme: dark) { .late, .missing { color: #ff8a80; } }
`;

/**
 * The one script: hands a passkey's challenge to the browser and its answer back. The button says where from and where
 * to; without a script the rest of the page works.
 */
export const passkeyScript = `const decode = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
const encode = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '');
const withIds = (list) => (list ?? []).map((each) => ({ ...each, id: decode(each.id) }));
const answerOf = (credential) => {
  const { response } = credential;
  const fields = {};
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[name]) fields[name] = encode(response[name]);
  }
  if (response.getTransports) fields.transports = response.getTransports();
  return { id: credential.id, rawId: encode(credential.rawId), type: credential.type, response: fields, clientExtensionResults: {}, authenticatorAttachment: credential.authenticatorAttachment ?? undefined };
};
for (const button of document.querySelectorAll('button[data-passkey]')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const { passkey, next, failed } = button.dataset;
    const message = document.getElementById('message');
    try {
      const options = await (await fetch(passkey + '/options', { method: 'POST' })).json();
      options.challenge = decode(options.challenge);
      const publicKey = options.user
        ? { ...options, user: { ...options.user, id: decode(options.user.id) }, excludeCredentials: withIds(options.excludeCredentials) }
        : { ...options, allowCredentials: withIds(options.allowCredentials) };
      const credential = options.user ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
      const answer = await fetch(passkey, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ response: answerOf(credential) }) });
      if (!answer.ok) throw new Error(String(answer.status));
      location.assign(next);
    } catch {
      message.setAttribute('role', 'alert');
      message.textContent = failed;
    }
  });
}
`;
