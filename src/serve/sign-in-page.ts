import { headerValues, type RawRequest } from './gate.ts';

/** What the page says, by language. */
const texts = {
  en: {
    title: 'Sign in',
    user: 'User',
    password: 'Password',
    enter: 'Sign in',
    note: 'What you look for, hear and take along is entered in the log of the archive.',
    wrong: 'User or password is wrong.',
    often: 'Too many tries. Wait a minute, then try again.',
    again: 'This page was open for too long. Try again.',
  },
  sv: {
    title: 'Logga in',
    user: 'Användare',
    password: 'Lösenord',
    enter: 'Logga in',
    note: 'Vad du söker, lyssnar på och tar ut antecknas i arkivets logg.',
    wrong: 'Användare eller lösenord är fel.',
    often: 'För många försök. Vänta en minut och försök igen.',
    again: 'Sidan var öppen för länge. Försök igen.',
  },
} as const;

/** A language of this page. */
export type SignInLanguage = keyof typeof texts;

/** The first of our languages that a browser names (RFC 9110 section 12.5.4); browsers name the best first. */
export function chosenLanguage(raw: RawRequest): SignInLanguage {
  const [accepted = ''] = headerValues(raw, 'accept-language');
  for (const range of accepted.slice(0, 200).split(',')) {
    const language = range.trim().slice(0, 2).toLowerCase();
    if (language === 'en' || language === 'sv') return language;
  }
  return 'en';
}

/** The page where user and password are asked for. Nothing of what somebody typed comes back in it. @param token of our own letters: base64url */
export function signInPage(language: SignInLanguage, token: string, trouble: 'wrong' | 'often' | 'again' | null): string {
  const text = texts[language];
  const said = trouble === null ? '' : `\n<p class="trouble" role="alert">${text[trouble]}</p>`;
  return `<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${text.title} · longplay</title>
<link rel="stylesheet" href="/sign-in.css">
</head>
<body>
<main>
<h1>longplay</h1>${said}
<form method="post" action="/sign-in">
<input type="hidden" name="token" value="${token}">
<label for="user">${text.user}</label>
<input id="user" name="user" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus>
<label for="password">${text.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">${text.enter}</button>
</form>
<p class="note">${text.note}</p>
</main>
</body>
</html>
`;
}

/** How it looks. */
export const signInStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f6f6f4, #16181b); color: light-dark(#1c1e21, #e8e8e6); }
main { width: min(22rem, calc(100vw - 2rem)); }
h1 { font-size: 1.25rem; font-weight: 600; }
form { display: grid; gap: 0.25rem; }
input { font: inherit; padding: 0.5rem; margin-bottom: 0.75rem; border: 1px solid light-dark(#8a8d91, #75797f); border-radius: 4px; background: light-dark(#fff, #1f2226); color: inherit; }
button { font: inherit; padding: 0.5rem; border: 0; border-radius: 4px; background: #1f5f99; color: #fff; cursor: pointer; }
:focus-visible { outline: 3px solid #5b9bd5; outline-offset: 1px; }
.trouble { padding: 0.5rem 0.75rem; border-left: 4px solid #b3261e; background: light-dark(#fbeae9, #3a1d1b); }
.note { font-size: 0.875rem; color: light-dark(#55585c, #a9adb2); }
`;
