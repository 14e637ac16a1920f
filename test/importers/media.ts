import { formats } from '../../formats/index.ts';
import { createMediaJudge } from '../../src/media/identify/media-judge.ts';

/** The judge that commands hand down. */
export const media = createMediaJudge(formats);
