/** Folder of this machine's keys and memory; set once by the program. */
let folder: string | null = null;

/**
 * Sets where this machine keeps its keys and its memory of logs, for readers that compare an archive with that memory. Reads nothing itself.
 * @param keys null: this process has no memory
 */
export function provideMemory(keys: string | null): void {
  folder = keys;
}

/** Returns the folder of this machine's keys and memory; null: this process has none. */
export function memoryFolder(): string | null {
  return folder;
}
