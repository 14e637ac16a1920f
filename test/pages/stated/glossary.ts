import { defaultBagLimits } from '../../../src/store/jobs/bag-grouping.ts';
import { code, type Held } from '../held.ts';

export const glossary: readonly Held[] = [code`package of up to ${defaultBagLimits.recordings} recordings`];
