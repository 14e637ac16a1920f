/**
 * Country codes by the prefix that is dialled before a number of another area, unless it is `0`; empty: no prefix. A code that several countries
 * share has the prefix of the first of them. Source: `nationalPrefix` in the metadata of Google's libphonenumber, as libphonenumber-js 1.13.16 has
 * it; test/core/numbers/trunk-prefixes.test.ts rebuilds the table and compares it.
 */
export const trunkPrefixCodes: Readonly<Record<string, string>> = {
  '': '30 34 39 45 47 48 52 56 65 216 220 221 222 223 224 225 226 227 228 229 230 235 236 237 238 239 240 241 242 244 245 246 247 248 253 257 258 266 267 268 269 290 297 298 299 350 351 352 354 356 357 371 372 376 378 420 500 501 502 503 504 505 506 507 509 592 597 599 670 672 673 674 675 676 677 678 679 680 681 682 683 685 687 688 689 690 691 852 853 960 965 968 973 974 975 992 998',
  '1': '1 692',
  '8': '7 375 993',
  '06': '36',
};
