import { everyExit, type Held } from '../held.ts';
import {
  archiveFormat,
  corrections,
  crashSafety,
  enrich,
  log,
  notes,
  playability,
  replicas,
  schedule,
  statement,
  timeStamps,
  watching,
  who,
} from './archive.ts';
import { cases, people, search, subject, vcon, viewer } from './calls.ts';
import { exitCodesPage } from './exit-codes.ts';
import { runningRecorder } from './follow.ts';
import { glossary } from './glossary.ts';
import { guessing } from './guessing.ts';
import { keyringFormat, keyringHowTo, sealingPage } from './keyring.ts';
import { objectStores } from './objects.ts';
import { guarantees, limits, readme, tutorial } from './readme.ts';
import { erasure, legalHold, retentionPolicy } from './retention.ts';
import { serve } from './serve.ts';
import { listeningBack, plausibility, qualityPage } from './sound.ts';
import { captures, joinedSources, mappingFile, reconciliation, recorders, remainingTime, survey } from './sources.ts';
import { configuration, dependencies, doctor, packages } from './surroundings.ts';

/** The numbers of each page, and the file that lists their sources. */
export const statedPages: readonly (readonly [page: string, held: readonly Held[], file: string])[] = [
  ['README.md', readme, 'readme.ts'],
  ['docs/how-to/erasure.md', erasure, 'retention.ts'],
  ['docs/how-to/legal-hold.md', legalHold, 'retention.ts'],
  ['docs/reference/retention-policy.md', retentionPolicy, 'retention.ts'],
  ['docs/README.md', [], 'index.ts'],
  ['docs/glossary.md', glossary, 'glossary.ts'],
  ['docs/tutorial/first-migration.md', tutorial, 'readme.ts'],
  ['docs/explanation/guarantees.md', guarantees, 'readme.ts'],
  ['docs/reference/commands.md', [], 'index.ts'],
  ['docs/reference/limits.md', limits, 'readme.ts'],
  ['docs/reference/archive-format.md', archiveFormat, 'archive.ts'],
  ['docs/reference/captures.md', captures, 'sources.ts'],
  ['docs/how-to/cases.md', cases, 'calls.ts'],
  ['docs/reference/configuration.md', configuration, 'surroundings.ts'],
  ['docs/explanation/crash-safety.md', crashSafety, 'archive.ts'],
  ['docs/dependencies.md', dependencies, 'surroundings.ts'],
  ['docs/how-to/doctor.md', doctor, 'surroundings.ts'],
  ['docs/reference/exit-codes.md', exitCodesPage, 'exit-codes.ts'],
  ['docs/explanation/guessing.md', guessing, 'guessing.ts'],
  ['docs/how-to/joined-sources.md', joinedSources, 'sources.ts'],
  ['docs/explanation/listening-back.md', listeningBack, 'sound.ts'],
  ['docs/how-to/keyring.md', keyringHowTo, 'keyring.ts'],
  ['docs/how-to/sealed-archives.md', [everyExit], 'index.ts'],
  ['docs/explanation/sealing.md', sealingPage, 'keyring.ts'],
  ['docs/reference/keyring-format.md', keyringFormat, 'keyring.ts'],
  ['docs/reference/log.md', log, 'archive.ts'],
  ['docs/reference/mapping-file.md', mappingFile, 'sources.ts'],
  ['docs/how-to/corrections.md', corrections, 'archive.ts'],
  ['docs/how-to/enrich.md', enrich, 'archive.ts'],
  ['docs/how-to/notes.md', notes, 'archive.ts'],
  ['docs/how-to/object-stores.md', objectStores, 'objects.ts'],
  ['docs/how-to/packages.md', packages, 'surroundings.ts'],
  ['docs/how-to/people.md', people, 'calls.ts'],
  ['docs/explanation/plausibility.md', plausibility, 'sound.ts'],
  ['docs/explanation/playability.md', playability, 'archive.ts'],
  ['docs/explanation/quality.md', qualityPage, 'sound.ts'],
  ['docs/reference/reconciliation.md', reconciliation, 'sources.ts'],
  ['docs/how-to/recorders-without-layout.md', recorders, 'sources.ts'],
  ['docs/explanation/remaining-time.md', remainingTime, 'sources.ts'],
  ['docs/how-to/replicas.md', replicas, 'archive.ts'],
  ['docs/how-to/schedule.md', schedule, 'archive.ts'],
  ['docs/how-to/search.md', search, 'calls.ts'],
  ['docs/how-to/serve.md', serve, 'serve.ts'],
  ['docs/how-to/statement.md', statement, 'archive.ts'],
  ['docs/how-to/subject.md', subject, 'calls.ts'],
  ['docs/reference/survey.md', survey, 'sources.ts'],
  ['docs/how-to/time-stamps.md', timeStamps, 'archive.ts'],
  ['docs/reference/vcon.md', vcon, 'calls.ts'],
  ['docs/how-to/viewer.md', viewer, 'calls.ts'],
  ['docs/how-to/running-recorder.md', runningRecorder, 'follow.ts'],
  ['docs/how-to/watching.md', watching, 'archive.ts'],
  ['docs/how-to/who.md', who, 'archive.ts'],
];
