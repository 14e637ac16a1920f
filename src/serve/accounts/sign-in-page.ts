import { signInReturnKey } from '../../core/words/sign-in-return-key.ts';
import { htmlText, plainPage } from './plain-page.ts';
import { headerValues, type RawRequest } from './request-check.ts';

/** Texts of the page, by language. */
const texts = {
  en: {
    title: 'Sign in',
    user: 'User',
    password: 'Password',
    enter: 'Sign in',
    note: 'Searches, playback and downloads are entered in the log of the archive.',
    wrong: 'User or password is wrong.',
    often: 'Too many attempts. Wait a minute, then try again.',
    again: 'This page was open for too long. Try again.',
    with: 'Sign in with {provider}',
    or: 'or',
    provider: '{provider} cannot be reached now. The operator of the archive has been notified. Try again in a moment.',
    refused: '{provider} did not let you in, or its answer could not be verified. The operator of the archive has been notified.',
    nobody: '{provider} confirmed who you are, but you have no role in this archive. Ask the operator of the archive.',
    welcome: 'You are signed in.',
    on: 'Go to the archive',
  },
  sv: {
    title: 'Logga in',
    user: 'Användare',
    password: 'Lösenord',
    enter: 'Logga in',
    note: 'Sökningar, uppspelningar och hämtningar förs in i arkivets logg.',
    wrong: 'Användare eller lösenord är fel.',
    often: 'För många försök. Vänta en minut och försök igen.',
    again: 'Sidan var öppen för länge. Försök igen.',
    with: 'Logga in med {provider}',
    or: 'eller',
    provider: '{provider} kan inte nås nu. Arkivets administratör har underrättats. Försök igen om en stund.',
    refused: '{provider} nekade inloggningen, eller så kunde svaret inte verifieras. Arkivets administratör har underrättats.',
    nobody: '{provider} har bekräftat vem du är, men du har ingen roll i det här arkivet. Kontakta arkivets administratör.',
    welcome: 'Du är inloggad.',
    on: 'Till arkivet',
  },
} as const;

/** Language of the sign-in page. */
export type SignInLanguage = keyof typeof texts;

/** Returns the first supported language that the browser names (RFC 9110 section 12.5.4). Browsers name the preferred language first. */
export function chosenLanguage(raw: RawRequest): SignInLanguage {
  const [accepted = ''] = headerValues(raw, 'accept-language');
  for (const range of accepted.slice(0, 200).split(',')) {
    const language = range.trim().slice(0, 2).toLowerCase();
    if (language === 'en' || language === 'sv') return language;
  }
  return 'en';
}

/** Why a sign-in failed. */
export type SignInTrouble = 'wrong' | 'often' | 'again' | 'provider' | 'refused' | 'nobody';

/** Sign-in methods that the page offers. */
export interface SignInWays {
  /** Base64url text that the form sends back; null: no account has a password. */
  readonly token: string | null;
  /** Name under which users know the provider; null if there is none. */
  readonly provider: string | null;
}

const styleLink = '<link rel="stylesheet" href="/sign-in.css">\n';

/** Returns the page that asks for user and password. The page repeats nothing that the user typed. */
export function signInPage(language: SignInLanguage, { token, provider }: SignInWays, trouble: SignInTrouble | null): string {
  const text = texts[language];
  const named = (words: string): string => words.replaceAll('{provider}', () => htmlText(provider ?? ''));
  const said = trouble === null ? '' : `<p class="trouble" role="alert">${named(text[trouble])}</p>\n`;
  const byPassword =
    token === null
      ? ''
      : `<form method="post" action="/sign-in">
<input type="hidden" name="token" value="${token}">
<label for="user">${text.user}</label>
<input id="user" name="user" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus>
<label for="password">${text.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">${text.enter}</button>
</form>
`;
  const byProvider = provider === null ? '' : `<a class="button" href="/sign-in/openid">${named(text.with)}</a>\n`;
  const between = byPassword === '' || byProvider === '' ? '' : `<p class="or">${text.or}</p>\n`;
  return plainPage(
    language,
    text.title,
    `<script src="/sign-in.js"></script>\n${styleLink}`,
    `${said}${byProvider}${between}${byPassword}<p class="note">${text.note}</p>\n`,
  );
}

/**
 * Returns the page that opens the archive after a sign-in through another site. A redirect would not work: a request that another site started carries no
 * session cookie (`SameSite=Strict`), but a request that this page starts does.
 */
export function welcomePage(language: SignInLanguage): string {
  const text = texts[language];
  const onwards = `<meta http-equiv="refresh" content="0;url=/">\n${styleLink}`;
  return plainPage(language, text.welcome, onwards, `<p>${text.welcome}</p>\n<p><a href="/">${text.on}</a></p>\n`);
}

/**
 * Script that keeps the part after `#` of the requested address, which the page opens later (src/page/wanted-place.ts). A sign-in through another site loses
 * this part, and servers never receive it.
 */
export const signInScript = `'use strict';
try {
  if (location.hash.length > 1) sessionStorage.setItem('${signInReturnKey}', location.hash);
} catch {
  // Storage is switched off: whoever signs in begins at the beginning.
}
`;
