/** A chunk as its header states it. */
interface StatedChunk {
  readonly id: string;
  readonly start: number;
  /** Bytes; below 0: up to the end of the file. */
  readonly declared: number;
}

/** Where the chunks lie that hold texts, pictures, marks and tables, and no sound: of a file without sound they are not looked at (M147). */
export function otherChunks(chunks: readonly StatedChunk[], ids: ReadonlySet<string>, size: number): (readonly [start: number, end: number])[] {
  return chunks.flatMap(({ id, start, declared }) =>
    ids.has(id) && declared > 0 && start < size ? [[start, Math.min(size, start + declared)]] : [],
  );
}
