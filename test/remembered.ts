/** Samples that were asked for are kept, the last few: test files of one process ask for the same again and again, and to make them takes their time. */
const most = 40;

/** @param make called once with the same arguments, until 40 others were asked for @returns what gives a copy each time: whoever asks may change it */
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
