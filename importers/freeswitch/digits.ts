type Pair = readonly [name: string, value: string];

/** Name under which the document states in how many places digits were omitted. */
export const digitsLeftOut = 'digits left out';

/** Matches names of variables and columns that hold pressed keys; `dtmf_type` only states how keys are sent. */
const digitNames = /(?:^|[_.-])(?:digits?|dtmf|pins?|cvv2?|cvc|card(?:_?(?:number|no))?)(?:$|[_.-])|rtp_2833|terminator_used$|_pin$|^pin/i;
const harmless = /(?:^|[_.])dtmf_type$/i;

export function isDigitName(name: string): boolean {
  return digitNames.test(name) && !harmless.test(name);
}

/** Matches values that look like pressed keys. */
const pressed = /^[\d*#A-D]{1,64}$/;
/** Matches applications that store pressed keys in a variable whose name is an argument. Source: mod_dptools (`read`, `play_and_get_digits`). */
const asking = /(?:^|\s)(?:read|play_and_get_digits)\s+(.+)$/;

/**
 * Returns the pairs of a CDR without pressed keys. Removes them from variables with such names, from variables that `read` and `play_and_get_digits` filled,
 * and from arguments of applications that repeat these values.
 */
export function withoutDigits(pairs: readonly Pair[]): readonly Pair[] {
  const asked = new Set(pairs.filter(([name]) => isApplicationName(name)).flatMap(([, value]) => askedVariables(value)));
  const isSecret = (name: string): boolean => isDigitName(name) || asked.has(name.replace(/^variables\./, ''));
  const values = new Set(pairs.filter(([name, value]) => isSecret(name) && pressed.test(value) && value.length >= 3).map(([, value]) => value));
  let left = 0;
  const kept: Pair[] = [];
  for (const [name, value] of pairs) {
    if (isSecret(name)) {
      // FreeSWITCH writes `none` if no key was pressed.
      if (value.trim() !== '' && value !== 'none') left++;
      continue;
    }
    const shown = cleanText(name, value, isSecret, values);
    if (shown !== value) left++;
    kept.push([name, shown]);
  }
  return left === 0 ? kept : [...kept, [digitsLeftOut, String(left)]];
}

/** Matches an application in `app_log` or `callflow`, with or without its time. */
const applicationForm = /^((?:\d{10,}\s)?(\S+)\s+)(?:([\w-]+)=)?(.*)$/s;

function cleanText(name: string, value: string, isSecret: (name: string) => boolean, values: ReadonlySet<string>): string {
  if (!isApplicationName(name)) return /(?:last_arg|_data|_response)$/.test(name) ? clean(value, values) : value;
  const [, head = '', application = '', variable, data = ''] = applicationForm.exec(value) ?? [];
  if (data === '') return value;
  if (/dtmf/i.test(application)) return `${head}…`;
  if (variable !== undefined && isSecret(variable)) return `${head}${variable}=…`;
  return clean(value, values);
}

function isApplicationName(name: string): boolean {
  return name === 'app_log' || name.endsWith('.application');
}

function askedVariables(application: string): readonly string[] {
  const found = asking.exec(application)?.[1];
  if (found === undefined) return [];
  // Numbers, sounds, terminators and patterns are arguments as well, but they do not have the form of a variable's name.
  return found.split(/\s+/).filter((word) => /^[A-Za-z_][\w-]*$/.test(word));
}

function clean(text: string, values: ReadonlySet<string>): string {
  return values.size === 0 ? text : text.replace(/[\d*#A-D]{3,}/g, (run) => (values.has(run) ? '…' : run));
}
