import { resolve } from 'node:path';
import { countryOf } from '../../cases/edit/edit-case.ts';
import { findSubject, type SubjectAnswer, type SubjectRequest } from '../../cases/edit/find-subject.ts';
import type { CaseExported } from '../../cases/hand-over/case-exported.ts';
import { exportCase } from '../../cases/hand-over/export-case.ts';
import { refuseTarget } from '../../cases/hand-over/place.ts';
import { LongplayError } from '../../core/base/error.ts';
import { counted } from '../../core/words/quantity.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { opusDecoding, toolsLater } from '../machine/decode-opus.ts';
import { commonOptions, option, withExamples } from '../options/options.ts';
import { givenPeople, peopleOption, requestedPersonOf } from '../options/people-option.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';
import { unreachableText } from '../report/units.ts';
import { maskedWords } from '../texts/case-text.ts';
import { subjectTables, subjectText } from '../texts/subject-text.ts';

type Options = CommonOptions & {
  readonly country?: string;
  readonly people?: string;
  readonly case?: string;
  readonly uncertain?: boolean;
  readonly out?: string;
  readonly zip?: boolean;
  readonly mask?: boolean;
};

interface Outcome {
  readonly answer: SubjectAnswer;
  readonly exported: CaseExported | null;
}

/** Declares `longplay subject ARCHIVE WHO…`. */
export const subjectCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('subject')
    .summary('find everything about one person (data subject request)')
    .description('Finds everything that an archive holds about one person, and reports what was searched and what could not be searched.')
    .argument('<archive>', 'archive folder')
    .argument('<who...>', 'number, name or id; several are spellings of one person')
    .optionsGroup('Case and export:')
    .addOption(option('--country <calling-code>', 'calling code, e.g. +46: national numbers are numbers of that country'))
    .addOption(peopleOption())
    .addOption(option('--case <title>', 'open a case with the calls and messages that are certain'))
    .addOption(option('--uncertain', 'add calls and messages that are not certain to the case'))
    .addOption(option('--out <path>', 'with --case: export the case there, as `longplay case export` does'))
    .addOption(option('--zip', 'with --out: as one zip file'))
    .addOption(
      option(
        '--mask',
        'with --out: mask numbers, names and ids of everybody else; channels of others are muted where the recorder says who is on which',
      ),
    );
  withExamples(
    command,
    "longplay subject /srv/archive '+46701740605' 'Anna Berg' --country +46",
    'longplay subject /srv/archive anna-berg --people people.toml --country +46',
    "longplay subject /srv/archive '+46701740605' --country +46 --case 'Request 17' --out request-17.zip --zip --mask",
  );
  commonOptions(command).action(async (archive: string, who: string[], options: Options) => {
    const run = async function* (stop: AbortSignal, reporter: { text(text: string): void }): AsyncGenerator<PipelineEvent, Outcome> {
      if (options.out !== undefined && options.case === undefined)
        throw new LongplayError('usage', 'U312', '--out exports the case that --case makes', 'add --case TITLE');
      if (options.out === undefined && (options.zip === true || options.mask === true))
        throw new LongplayError('usage', 'U312', '--zip and --mask say how --out exports', 'add --out PATH');
      // Checked before the case is created, so that nothing is done if it cannot be exported.
      if (options.out !== undefined) refuseTarget(resolve(archive), resolve(options.out), options.zip === true);
      const request: SubjectRequest = {
        ...requestedPersonOf(who, options.people),
        country: countryOf(options.country),
        caseTitle: options.case ?? null,
        uncertain: options.uncertain === true,
      };
      const answer = yield* subjectTables(findSubject(resolve(archive), request, context, stop), options, reporter);
      if (options.out === undefined || answer.caseId === null) return { answer, exported: null };
      const how = {
        out: resolve(options.out),
        zip: options.zip === true,
        mask: options.mask === true,
        ...givenPeople(options.people),
        mediaTypes: new Map(context.formats.map(({ id, mediaType }) => [id, mediaType])),
        decodeOpus: opusDecoding(toolsLater(context)),
      };
      return { answer, exported: yield* exportCase(resolve(archive), answer.caseId, how, context, stop) };
    };
    done(await runCommand(context, { command: 'subject', options, pipeline: run, ending: ended }, signal));
  });
};

function ended({ answer, exported }: Outcome): Ending {
  const {
    unreadable,
    missingBags,
    leftOutBags,
    unreadableTables,
    unreadableMessages,
    closedMessages,
    outdatedCases,
    unreadableDetails,
    closedDetails,
  } = answer.notSearched;
  const damaged = unreadable + missingBags + leftOutBags + unreadableTables + unreadableMessages + outdatedCases + unreadableDetails;
  const bad = damaged + (exported?.corrupt ?? 0);
  const lines = [subjectText(answer)];
  if (exported !== null) {
    lines.push(`Exported case ${exported.id}: ${counted(exported.recordings, 'recording')}, ${counted(exported.files, 'file')}.`);
    if (exported.corrupt > 0)
      lines.push(`${counted(exported.corrupt, 'file')} did NOT have the recorded digest, or could not be read, and were left out.`);
    if (exported.unreachable > 0) lines.push(unreachableText(exported.unreachable));
    if (exported.masked) lines.push(maskedWords(exported));
  }
  return {
    exitCode: bad > 0 ? exitCodes.integrity : closedMessages + closedDetails > 0 ? exitCodes.incomplete : exitCodes.well,
    facts: { ...answer, exported },
    text: lines.join('\n'),
  };
}
