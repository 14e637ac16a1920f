import { canonicalJson } from '../../core/base/canonical-json.ts';
import { dataFunction } from '../../core/page/viewer-data.ts';

/**
 * A script that hands a value to the page: `longplayData('name','…JSON…');`. The JSON stands in a string in single quotes, so that whatever
 * a caller is named it can neither end the string nor the script: quotes, `<`, `>`, `&` and line ends of all kinds are written as escapes of
 * JSON, backslashes are doubled, and beyond that nothing has a meaning in such a string.
 * @param name of our own making: letters, digits, `/`, `.`, `-`
 */
export function dataScript(name: string, value: unknown): string {
  if (!/^[a-z0-9/.-]+$/.test(name)) throw new Error('a data script has a name of our own making');
  const json = canonicalJson(value).replace(/['<>&\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff\ufeff]/g, (sign) => {
    return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `${dataFunction}('${name}','${json.replaceAll('\\', '\\\\')}');\n`;
}
