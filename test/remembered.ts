/** Caches the last few generated samples, because test files of one process request the same ones repeatedly, and generating them takes time. */
const most = 40;

/** @param make called once with the same arguments, until 40 others were requested @returns a function that returns a copy each time, which the caller may change */
export function remembered<Given extends readonly number[]>(make: (...given: Given) => Int16Array): (...given: Given) => Int16Array {
  const made = new Map<string, Int16Array>();
  return (...given) => {
    const name = JSON.stringify(given);
    const samples = made.get(name) ?? make(...given);
    made.delete(name);
    made.set(name, samples);
    for (const oldest of made.keys()) {
      if (made.size <= most) break;
      made.delete(oldest);
    }
    return samples.slice();
  };
}
