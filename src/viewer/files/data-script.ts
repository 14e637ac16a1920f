import { canonicalJson } from '../../core/base/canonical-json.ts';
import { dataFunction } from '../../core/page/viewer-data.ts';

/**
 * Returns a script that passes a value to the page: `longplayData('name','…JSON…');`. The JSON is in a single-quoted string, so that no caller's name can end
 * the string or the script: quotes, `<`, `>`, `&` and line ends of all kinds are written as JSON escapes, backslashes are doubled, and no other character is
 * special in such a string.
 * @param name generated name: letters, digits, `/`, `.`, `-`
 */
export function dataScript(name: string, value: unknown): string {
  if (!/^[a-z0-9/.-]+$/.test(name)) throw new Error('a data script has a name of our own making');
  const json = canonicalJson(value).replace(/['<>&\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff\ufeff]/g, (sign) => {
    return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `${dataFunction}('${name}','${json.replaceAll('\\', '\\\\')}');\n`;
}
