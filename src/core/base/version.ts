/** Version in documents, tags and reports; a test compares it with package.json. */
export const version = '0.1.0';
/** Name of longplay as an agent. */
export const toolName = `longplay ${version}`;
