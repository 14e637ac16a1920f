import { resolve } from 'node:path';
import { agree } from '../../../core/base/agree.ts';
import { withResult } from '../../../core/base/with-result.ts';
import { printable } from '../../../core/words/printable.ts';
import { counted } from '../../../core/words/quantity.ts';
import type { PipelineEvent } from '../../../pipeline/events/events.ts';
import type { AccountSettings } from '../../../serve/accounts/account-list.ts';
import type { AccessReview } from '../../../serve/archive/access-review.ts';
import type { Surroundings } from '../../machine/surroundings.ts';
import { type Moment, parseMoment } from '../../options/moment.ts';
import { commonOptions, option, withExamples } from '../../options/options.ts';
import { timeOf } from '../../options/query-options.ts';
import type { CommandDeclaration } from '../../report/command.ts';
import { exitCodes } from '../../report/exit-code.ts';
import type { Reporter } from '../../report/reporter.ts';
import { type CommonOptions, type Ending, runCommand } from '../../report/run-command.ts';
import { table } from '../../report/units.ts';

type AccessOptions = CommonOptions & {
  readonly users?: string;
  readonly from?: Moment;
  readonly to?: Moment;
  readonly who?: string;
  readonly recording?: string;
};

/** Declares `longplay log access ARCHIVE`. */
export const declareAccess: CommandDeclaration<Surroundings> = (command, context, signal, done) => {
  const access = command
    .command('access')
    .summary('show who may listen to what, and who did')
    .description('Reviews who may listen to what and who did, from the log, the details beside it, and the users file of `longplay serve`.')
    .argument('<archive>', 'archive folder')
    .addOption(option('--users <file>', 'users file of `longplay serve`: also show who may'))
    .addOption(option('--from <time>', 'from this UTC time on, or since: 36h, 7d, last-month').env('LONGPLAY_ACCESS_FROM').argParser(parseMoment))
    .addOption(option('--to <time>', 'before this time').env('LONGPLAY_ACCESS_TO').argParser(parseMoment))
    .addOption(option('--who <name>', 'only this user or pseudonym; lists each access').env('LONGPLAY_ACCESS_WHO'))
    .addOption(option('--recording <id>', 'only this recording; lists each access; an id, or a prefix of one').env('LONGPLAY_ACCESS_RECORDING'));
  withExamples(
    access,
    'longplay log access /srv/archive --from last-month --users users.toml',
    'longplay log access /srv/archive --recording 1f0c2a9e --json',
  );
  commonOptions(access).action(async (archive: string, options: AccessOptions) => {
    const admission = options.users === undefined ? null : await admissionOf(resolve(options.users));
    const query = {
      from: (await timeOf('--from', options.from, undefined, context)) ?? null,
      to: (await timeOf('--to', options.to, undefined, context)) ?? null,
      who: options.who ?? null,
      recording: options.recording?.toLowerCase() ?? null,
      accounts: admission?.accounts ?? null,
      hasOthers: admission !== null && admission.openid !== null,
    };
    // Loaded here because it loads the catalog, which other subcommands of `log` do not need.
    const { reviewAccess } = await import('../../../serve/archive/access-review.ts');
    const isEach = query.who !== null || query.recording !== null;
    const pipeline = async function* (stop: AbortSignal, reporter: Reporter): AsyncGenerator<PipelineEvent, AccessReview> {
      const taken = withResult(reviewAccess(resolve(archive), query, context, stop));
      for await (const event of taken) {
        if (isEach && options.json !== true && event.type === 'result' && event.of === 'access') reporter.text(accessText(event.value));
        yield event;
      }
      return taken.result();
    };
    done(
      await runCommand(
        context,
        { command: 'log access', options, pipeline, ending: (review) => reviewed(review, admission?.openid?.issuer.host ?? null) },
        signal,
      ),
    );
  });
};

async function admissionOf(file: string): Promise<AccountSettings> {
  const { readUsersFile } = await import('../../options/users-file.ts');
  return readUsersFile(file, false);
}

function accessText({ seq, time, kind, user, who, recordings, rows, details }: Readonly<Record<string, unknown>>): string {
  const { host, address } = (details ?? {}) as Readonly<Record<string, unknown>>; // an object or null
  const what = Array.isArray(recordings) ? (recordings.length === 1 ? String(recordings[0]) : agree`${recordings.length} recording[s]`) : '';
  const parts = [seq, time, user ?? who ?? 'not known', kind, what, Number(rows) > 0 ? counted(Number(rows), 'row') : '', host ?? '', address ?? ''];
  return printable(parts.filter((part) => part !== '').join('  '));
}

/** Formats a review. @param provider provider that vouches for users outside the users file; null: none */
function reviewed({ events, persons, accounts, listsUnknown, errors, folder }: AccessReview, provider: string | null): Ending {
  const lines: string[] = [];
  if (persons.length > 0) {
    const kinds = Object.keys(persons[0]?.times ?? {});
    const head = ['who', ...kinds, 'rows', 'first', 'last', ''];
    const rows = persons.map(({ user, who, times, rows: shown, first, last, isUser }) => [
      printable(user ?? who[0] ?? 'not known'),
      ...Object.values(times).map(String),
      String(shown),
      first.slice(0, 10),
      last.slice(0, 10),
      isUser === false ? 'not in the users file' : '',
    ]);
    lines.push('Did:', table([head, ...rows], '  '));
  }
  if (accounts !== null) {
    const rows = accounts.map(({ user, role, rights, part, did }) => [user, role, rights.join(' '), part, did ? '' : 'no access']);
    lines.push('May, through `longplay serve`:', table([['who', 'role', 'rights', 'of the archive', ''], ...rows], '  '));
  }
  if (provider !== null)
    lines.push(`May, too: users of ${provider}, according to the groups of the roles in the users file; only the provider knows who they are.`);
  lines.push(`Can read the files without it: user ${folder.uid}, group ${folder.gid}, by mode ${folder.mode} of the folder.`);
  if (listsUnknown > 0)
    lines.push(`${counted(listsUnknown, 'export')} may contain any recording: the list was erased, or an earlier version wrote none.`);
  if (errors > 0) lines.push(`${counted(errors, 'error')} in the log, listed above: its record of accesses may be incomplete.`);
  lines.push(`${counted(events, 'access', 'accesses')}.`);
  return {
    exitCode: errors > 0 ? exitCodes.integrity : exitCodes.well,
    facts: { events, persons: persons.length, accounts: accounts?.length ?? null, listsUnknown, errors, folder },
    text: lines.join('\n'),
  };
}
