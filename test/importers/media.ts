import { formats } from '../../formats/index.ts';
import { createMediaJudge } from '../../src/media/media-judge.ts';

/** The judge that commands hand down. */
export const media = createMediaJudge(formats);
