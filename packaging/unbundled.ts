/** Packages that are not in the bundle and that are loaded from node_modules: those with compiled parts, and fluent-ffmpeg, which looks for its own files. */
export const unbundled: readonly string[] = ['better-sqlite3-multiple-ciphers', 'better-sqlite3-node20', 'koffi', 'fluent-ffmpeg'];
