/** Matches what follows a number: a noun with its endings, e.g. ` more row[s]`, or a verb, e.g. ` [is|are] lost`. The number determines the form. */
const isCounted = /^ (?:(?:[\w-]+ ){0,3}[\w-]+\[|\[)/;
const forms = /(\w?)\[(?:(s)|([\w ’']*)\|([\w ’']*))\]/g;

/**
 * Makes nouns and verbs agree with the numbers before them; a template tag: `agree` + `${n} row[s] [is|are] lost` gives `1 row is lost`,
 * `2 rows are lost`. `[s]` and `[one|many]` mark the varying part, e.g. `entr[y|ies]`, `[it was|they were]`; other brackets are kept. In
 * `${a} of ${b} row[s] [is|are] lost` the noun agrees with `b` and the verb with `a`. A number is a JavaScript number or a text of digits with
 * commas; before the first number every form is plural.
 */
export function agree(parts: TemplateStringsArray, ...values: readonly unknown[]): string {
  let noun = false;
  let verb = false;
  let said = '';
  for (const [index, part] of parts.entries()) {
    const value = values[index - 1];
    if (index > 0) {
      said += String(value);
      const isOne = oneOf(value);
      if (isOne !== null && isCounted.test(part)) {
        noun = isOne;
        verb = /^ of (?:the |its )?$/.test(parts[index - 1] ?? '') ? (oneOf(values[index - 2]) ?? isOne) : isOne;
      }
    }
    said += part.replace(forms, (_all, before: string, _s: string | undefined, one: string | undefined, many: string | undefined) => {
      const isSingular = before === '' ? verb : noun;
      return before + (isSingular ? (one ?? '') : (many ?? 's'));
    });
  }
  return said;
}

/** Returns true for the number 1, false for another number, null for anything else. */
function oneOf(value: unknown): boolean | null {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value) === 1;
  return typeof value === 'string' && /^\d{1,3}(?:,?\d{3})*$/.test(value) ? value === '1' : null;
}
