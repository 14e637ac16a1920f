/** Source of a page's data: scripts beside it, or the server that sent it. */
export type PageSource = 'shards' | 'http';

/** Names of the page's own files, which lie in one folder. */
export const pageFiles = { html: 'index.html', script: 'page.js', style: 'page.css' } as const;

/**
 * Returns the HTML of the page. It names the page's script, its style, and the source of its data (`data-source`, which `src/page/main.ts` reads). Nothing in
 * it depends on an archive. Its policy allows only scripts of the same origin, which on `file:` are files; a server also sends the policy as a header.
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
<noscript>This page needs JavaScript. Without it, the recordings are in the folder bags beside it, and README.txt says how to read them.</noscript>
<script src="${pageFiles.script}"></script>
</body>
</html>
`;
}

/**
 * Returns the Content-Security-Policy of the page. It allows no inline script or style, no other origin, no plug-in, no form and no base; text never becomes
 * markup.
 */
export function pagePolicy(source: PageSource): string {
  const connect = source === 'http' ? "'self'" : "'none'";
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    // blob: a file that the user provides, so that its channels can be played separately.
    "media-src 'self' blob:",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    'trusted-types longplay',
    "require-trusted-types-for 'script'",
  ].join('; ');
}
