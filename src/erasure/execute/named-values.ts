/** Matches a member of JSON, an attribute of XML, or an element of XML with text. */
const pair =
  /"((?:[^"\\]|\\.){1,200})"\s*:\s*(?:"((?:[^"\\]|\\.){1,200})"|(-?\d{1,200}))|([A-Za-z_][\w.:-]{0,99})\s*=\s*(?:"([^"<]{1,200})"|'([^'<]{1,200})')|<([A-Za-z_][\w.:-]{0,99})[^<>]{0,999}>\s*([^<>\s][^<>]{0,199}?)\s*<\//g;

/** Yields the names and values in a text of JSON or XML, as they are written, each as one text. */
export function* namedValues(text: string): Generator<{ readonly name: string; readonly value: string }> {
  for (const [, member, quoted, number, attribute, double, single, element, content] of text.matchAll(pair))
    yield { name: member ?? attribute ?? element ?? '', value: quoted ?? number ?? double ?? single ?? content ?? '' };
}
