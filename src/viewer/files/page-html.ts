/** Where a page's data comes from: scripts beside it, or the server that gave it. */
export type PageSource = 'shards' | 'http';

/** Name of the page's own files, which lie beside its HTML. */
export const pageFiles = { html: 'index.html', script: 'page.js', style: 'page.css' } as const;

/**
 * The HTML of the page. It names its script and its style, and where its data comes from (`data-source`, which `src/page/main.ts` reads); nothing
 * in it follows from an archive. Its policy lets nothing run but scripts of the same origin, which on `file:` are files; a server sends it as a
 * header as well.
 */
export function pageHtml(source: PageSource): string {
  return `<!DOCTYPE html>
<html lang="en" data-source="${source}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${pagePolicy(source)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>longplay</title>
<link rel="stylesheet" href="${pageFiles.style}">
</head>
<body>
<noscript>This page needs JavaScript. Without it, the recordings lie in the folder bags beside it, and README.txt says how to read them.</noscript>
<script src="${pageFiles.script}"></script>
</body>
</html>
`;
}

/** The Content-Security-Policy of the page. No inline script or style, no other origin, no plug-in, no form, no base; text never becomes markup. */
export function pagePolicy(source: PageSource): string {
  const connect = source === 'http' ? "'self'" : "'none'";
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    // blob: a file that the user gives the page, so that its channels can be heard one by one.
    "media-src 'self' blob:",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    'trusted-types longplay',
    "require-trusted-types-for 'script'",
  ].join('; ');
}
