import { html } from 'hono/html';
import type { SignInSettings } from '../settings.ts';
import type { Fragment } from './layout.ts';
import type { Texts } from './texts.ts';

/** The page's own state: where to go on, and what to ask. */
export interface SignInForm {
  next: string;
  email?: string;
  /** Demo people who can be signed in as; undefined where there are none of them here. */
  people: { id: string; name: string }[] | undefined;
}

export const signInBody = (t: Texts, { mode, demoPeople }: SignInSettings, form: SignInForm): Fragment =>
  mode === 'oidc'
    ? html`<p><a href="/sign-in/oidc?next=${encodeURIComponent(form.next)}">${t.withProvider}</a></p>`
    : html`${passwordForm(t, form)}
${mode === 'demo' ? demoPart(t, demoPeople ? form : { ...form, people: undefined }) : ''}`;

const passwordForm = (
  t: Texts,
  { next, email = '' }: SignInForm,
): Fragment => html`<form method="post" action="/sign-in">
<input type="hidden" name="next" value="${next}">
<label for="email">${t.email}</label>
<input id="email" name="email" type="email" autocomplete="username webauthn" required value="${email}">
<label for="password">${t.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">${t.signIn}</button>
</form>
<button type="button" hidden data-passkey="/sign-in/passkey" data-next="${next}" data-failed="${t.passkeyFailed}">${t.withPasskey}</button>
<noscript><p>${t.noScript}</p></noscript>`;

const demoPart = (t: Texts, { next, people }: SignInForm): Fragment => html`<section aria-labelledby="demo">
<h2 id="demo">${t.demoTitle}</h2>
${
  people === undefined
    ? html`<p>${t.demoAway}</p>`
    : html`<p>${t.demoText}</p>
<form method="post" action="/sign-in/demo">
<input type="hidden" name="next" value="${next}">
<ul class="people">
${people.map(({ id, name }) => html`<li><button type="submit" name="person" value="${id}">${name}</button></li>`)}
</ul>
</form>
<p>${t.demoFactor} <code>${demoCodeCommand('head-office')}</code></p>`
}
</section>`;

/** How somebody who is signed in proves a second factor, and goes on where they were. */
export const stepUpBody = (
  t: Texts,
  { mode }: SignInSettings,
  { next, demoPerson }: { next: string; demoPerson?: string },
): Fragment => {
  const back = html`<p><a href="${next}">${t.stepUpReturn}</a></p>`;
  if (demoPerson !== undefined) {
    return html`<p>${t.stepUpDemo} <code>${demoCodeCommand(demoPerson)}</code></p>
${codeForm(t, { action: '/sign-in/demo/code', label: t.demoCode, next })}${back}`;
  }
  return mode === 'oidc'
    ? html`<p>${t.stepUpProvider}</p>
<p><a href="/sign-in/oidc?next=${encodeURIComponent(next)}">${t.withProvider}</a></p>${back}`
    : html`<p>${t.stepUpText}</p>
${passwordForm(t, { next, people: undefined })}
<p>${t.stepUpNone} <a href="/account">${t.account}</a></p>
${back}`;
};

/** What prints a demo person's present code, in another terminal. */
const demoCodeCommand = (person: string): string => `npx caseloom demo code ${person}`;

export const secondFactorBody = (
  t: Texts,
  next: string,
): Fragment => html`${codeForm(t, { action: '/sign-in/second-factor', label: t.code, next })}
<p><a href="/sign-in">${t.back}</a></p>`;

const codeForm = (
  t: Texts,
  { action, label, next }: { action: string; label: string; next: string },
): Fragment => html`<form method="post" action="${action}">
<input type="hidden" name="next" value="${next}">
<label for="code">${label}</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus>
<button type="submit">${t.confirm}</button>
</form>`;

export const invitationBody = (
  t: Texts,
  { code, email }: { code: string; email: string },
): Fragment => html`<p>${t.invitationText} ${email}</p>
<form method="post" action="/sign-in/invitation">
<input type="hidden" name="code" value="${code}">
<input type="hidden" name="email" autocomplete="username" value="${email}">
<label for="password">${t.newPassword}</label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="12" maxlength="128" required>
<button type="submit">${t.confirm}</button>
</form>`;
