/** Style sheet of the pages that the server itself makes. */
export const plainStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f6f6f4, #16181b); color: light-dark(#1c1e21, #e8e8e6); }
main { width: min(22rem, calc(100vw - 2rem)); }
h1 { font-size: 1.25rem; font-weight: 600; }
form { display: grid; gap: 0.25rem; }
input { font: inherit; padding: 0.5rem; margin-bottom: 0.75rem; border: 1px solid light-dark(#8a8d91, #75797f); border-radius: 4px; background: light-dark(#fff, #1f2226); color: inherit; }
button, .button { font: inherit; padding: 0.5rem; border: 0; border-radius: 4px; background: #1f5f99; color: #fff; cursor: pointer; }
.button { display: block; text-align: center; text-decoration: none; overflow-wrap: anywhere; }
.or { margin: 1rem 0; text-align: center; color: light-dark(#55585c, #a9adb2); }
a { color: light-dark(#1f5f99, #7cc0ef); }
a.button { color: #fff; }
:focus-visible { outline: 3px solid #5b9bd5; outline-offset: 1px; }
.trouble { padding: 0.5rem 0.75rem; border-left: 4px solid #b3261e; background: light-dark(#fbeae9, #3a1d1b); }
.note { font-size: 0.875rem; color: light-dark(#55585c, #a9adb2); }
`;

/** Escapes text for HTML. */
export function htmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/**
 * Returns a page of the server itself, as opposed to the archive's page.
 * @param head lines of the head, including the style
 * @param inner HTML below the program's name
 */
export function plainPage(language: string, title: string, head: string, inner: string): string {
  return `<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
${head}<title>${title} · longplay</title>
</head>
<body>
<main>
<h1>longplay</h1>
${inner}</main>
</body>
</html>
`;
}
