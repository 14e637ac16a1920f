import { en, type Texts } from './en.ts';
import { sv } from './sv.ts';

/** Languages of the page by BCP 47 tag; the first is the fallback. */
export const languages: Readonly<Record<string, Texts>> = { en, sv };
