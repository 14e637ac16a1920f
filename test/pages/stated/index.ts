import type { Held } from '../held.ts';
import { archiveFormat, crashSafety, log, notes, playability, replicas, schedule, statement, timeStamps, watching, who } from './archive.ts';
import { cases, people, search, subject, vcon, viewer } from './calls.ts';
import { exitCodesPage } from './exit-codes.ts';
import { glossary } from './glossary.ts';
import { guessing } from './guessing.ts';
import { readme } from './readme.ts';
import { serve } from './serve.ts';
import { listeningBack, plausibility, qualityPage } from './sound.ts';
import { captures, joinedSources, mappingFile, reconciliation, recorders, remainingTime, survey } from './sources.ts';
import { configuration, dependencies, doctor, packages } from './surroundings.ts';

/** What each page says with numbers, and the file that says where they come from. */
export const statedPages: readonly (readonly [page: string, held: readonly Held[], file: string])[] = [
  ['README.md', readme, 'readme.ts'],
  ['docs/archive-format.md', archiveFormat, 'archive.ts'],
  ['docs/captures.md', captures, 'sources.ts'],
  ['docs/cases.md', cases, 'calls.ts'],
  ['docs/configuration.md', configuration, 'surroundings.ts'],
  ['docs/crash-safety.md', crashSafety, 'archive.ts'],
  ['docs/dependencies.md', dependencies, 'surroundings.ts'],
  ['docs/doctor.md', doctor, 'surroundings.ts'],
  ['docs/exit-codes.md', exitCodesPage, 'exit-codes.ts'],
  ['docs/glossary.md', glossary, 'glossary.ts'],
  ['docs/guessing.md', guessing, 'guessing.ts'],
  ['docs/joined-sources.md', joinedSources, 'sources.ts'],
  ['docs/listening-back.md', listeningBack, 'sound.ts'],
  ['docs/log.md', log, 'archive.ts'],
  ['docs/mapping-file.md', mappingFile, 'sources.ts'],
  ['docs/notes.md', notes, 'archive.ts'],
  ['docs/packages.md', packages, 'surroundings.ts'],
  ['docs/people.md', people, 'calls.ts'],
  ['docs/plausibility.md', plausibility, 'sound.ts'],
  ['docs/playability.md', playability, 'archive.ts'],
  ['docs/quality.md', qualityPage, 'sound.ts'],
  ['docs/reconciliation.md', reconciliation, 'sources.ts'],
  ['docs/recorders-without-layout.md', recorders, 'sources.ts'],
  ['docs/remaining-time.md', remainingTime, 'sources.ts'],
  ['docs/replicas.md', replicas, 'archive.ts'],
  ['docs/schedule.md', schedule, 'archive.ts'],
  ['docs/search.md', search, 'calls.ts'],
  ['docs/serve.md', serve, 'serve.ts'],
  ['docs/statement.md', statement, 'archive.ts'],
  ['docs/subject.md', subject, 'calls.ts'],
  ['docs/survey.md', survey, 'sources.ts'],
  ['docs/time-stamps.md', timeStamps, 'archive.ts'],
  ['docs/vcon.md', vcon, 'calls.ts'],
  ['docs/viewer.md', viewer, 'calls.ts'],
  ['docs/watching.md', watching, 'archive.ts'],
  ['docs/who.md', who, 'archive.ts'],
];
