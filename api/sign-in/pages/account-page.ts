import { html } from 'hono/html';
import type { Fragment } from './layout.ts';
import type { Texts } from './texts.ts';

/** What a signed-in person can do about their own sign-in. */
export const accountBody = (
  t: Texts,
  { name, hasAccount }: { name: string; hasAccount: boolean },
): Fragment => html`<p>${t.signedInAs} <strong>${name}</strong></p>
<p><a href="/approvals">${t.approvals}</a></p>
<form method="post" action="/sign-out"><button type="submit">${t.signOut}</button></form>
<form method="post" action="/account/sign-out-elsewhere"><button type="submit">${t.signOutElsewhere}</button></form>
${
  hasAccount
    ? html`<section aria-labelledby="second">
<h2 id="second">${t.addSecondFactor}</h2>
<form method="post" action="/account/second-factor">
<label for="password">${t.addSecondFactorText}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">${t.addSecondFactor}</button>
</form>
</section>
<section>
<button type="button" hidden data-passkey="/account/passkey" data-next="/account?done=passkey" data-failed="${t.passkeyFailed}">${t.addPasskey}</button>
<noscript><p>${t.noScript}</p></noscript>
</section>`
    : ''
}`;

/** The new secret and backup codes, shown once, and the field that proves the app has it. */
export const newSecondFactorBody = (
  t: Texts,
  { uri, secret, backupCodes }: { uri: string; secret: string; backupCodes: string[] },
): Fragment => html`<p>${t.secret}</p>
<p><code id="secret">${secret}</code></p>
<p><a href="${uri}">${t.openApp}</a></p>
<p>${t.backupCodes}</p>
<ul>
${backupCodes.map((each) => html`<li><code>${each}</code></li>`)}
</ul>
<form method="post" action="/account/second-factor/confirm">
<label for="code">${t.code}</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus>
<button type="submit">${t.confirm}</button>
</form>`;
