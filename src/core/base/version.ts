/** The version that documents, tags and reports name; a test holds it against package.json. */
export const version = '0.1.0';
/** How longplay names itself as an agent. */
export const toolName = `longplay ${version}`;
