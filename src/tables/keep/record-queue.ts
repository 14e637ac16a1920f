/** The records of a text, one ahead. */
export interface RecordQueue<Piece> extends AsyncDisposable {
  /** The next record; null: there is none left. */
  readonly next: Piece | null;
  advance(): Promise<void>;
}

/** Opens a queue. Disposing it ends the reading of the records. */
export async function lookAhead<Piece>(records: AsyncIterable<Piece>): Promise<RecordQueue<Piece>> {
  const iterator = records[Symbol.asyncIterator]();
  let next: Piece | null = null;
  const advance = async (): Promise<void> => {
    const step = await iterator.next();
    next = step.done === true ? null : step.value;
  };
  await advance();
  return {
    get next() {
      return next;
    },
    advance,
    [Symbol.asyncDispose]: async () => void (await iterator.return?.()),
  };
}
