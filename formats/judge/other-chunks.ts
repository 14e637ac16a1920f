/** A chunk as described by its header. */
interface StatedChunk {
  readonly id: string;
  readonly start: number;
  /** Stated size in bytes; negative: the chunk extends to the end of the file. */
  readonly declared: number;
}

/**
 * Returns the positions of chunks that hold texts, pictures, marks and tables, and no audio. They are skipped when a file without audio is searched for audio
 * (M147).
 */
export function otherChunks(chunks: readonly StatedChunk[], ids: ReadonlySet<string>, size: number): (readonly [start: number, end: number])[] {
  return chunks.flatMap(({ id, start, declared }) =>
    ids.has(id) && declared > 0 && start < size ? [[start, Math.min(size, start + declared)]] : [],
  );
}
