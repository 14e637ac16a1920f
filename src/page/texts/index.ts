import { en, type Texts } from './en.ts';
import { sv } from './sv.ts';

/** Languages of the page by their tags (BCP 47); the first is taken where a browser asks for none of them. */
export const languages: Readonly<Record<string, Texts>> = { en, sv };
