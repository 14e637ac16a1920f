/** Version that documents, tags and reports state; a test compares it with package.json. */
export const version = '0.1.0';
/** Name and version of longplay as the agent of an action. */
export const toolName = `longplay ${version}`;
