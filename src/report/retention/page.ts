import { keepingStates } from '../../core/model/keeping-state.ts';
import { type Html, html, moment, nothing, page, section, table } from '../source/html.ts';
import { card } from '../source/page-parts.ts';
import { type PlannedRecording, type RetentionPlan, type StateCounts, stateWords } from './plan.ts';

/** Number of recordings that the page lists; the CSV has all. */
export const recordingsOfPage = 500;

/** Writes the page of a retention plan. @param shown the first recordings to be deleted, including deferred ones */
export function planPage(plan: RetentionPlan, shown: readonly PlannedRecording[]): string {
  const { states, archive, at, version } = plan;
  return page(
    `Retention of archive ${archive}`,
    html`<header><h1>Retention of archive <code>${archive}</code></h1>\n<p class="soft">What would be deleted, kept and held at ${moment(at)}, by ${
      version === null ? 'no policy' : `version ${version} of the policy`
    }. Holds and versions of the policy come from the signed log, the data of calls from the catalog. Nothing is deleted by this page.</p></header>\n`,
    plan.lost.length === 0
      ? nothing
      : html`<p class="sev-error">What must be kept is unknown, so nothing may be deleted:</p>\n<ul>${plan.lost.map((one) => html`<li>${one}</li>`)}</ul>\n`,
    html`<div class="cards">${[card(plan.recordings, 'recordings'), ...keepingStates.map((state) => card(states[state], stateWords[state], state === 'deferred' && states[state] > 0))]}</div>\n`,
    warnings(plan),
    years(plan),
    reasons(plan),
    conflicts(plan),
    section(
      'holds',
      'Legal holds',
      table(
        [{ title: 'hold' }, { title: 'recordings', number: true }, { title: 'covers later matches' }],
        plan.holds.map(({ hold, recordings, following }) => [hold, recordings, following ? 'yes' : 'no']),
        'the list of holds',
      ),
    ),
    recorder(plan),
    section(
      'rules',
      'Rules',
      table(
        [{ title: 'rule' }, { title: 'recordings', number: true }],
        plan.rules.map(({ rule, recordings }) => [rule, recordings]),
        'the CSV',
      ),
    ),
    list(plan, shown),
  );
}

function warnings({ warnings: all }: RetentionPlan): Html {
  if (all.length === 0) return nothing;
  return section(
    'warnings',
    'What to look at in the policy',
    table(
      [{ title: 'code' }, { title: 'where' }, { title: 'what' }],
      all.map(({ code, place, message }) => [code, place, message]),
      'the JSON',
    ),
  );
}

function stateCells(states: StateCounts): number[] {
  return keepingStates.map((state) => states[state]);
}

function years({ years: all }: RetentionPlan): Html {
  const columns = [{ title: 'year of the call' }, ...keepingStates.map((state) => ({ title: stateWords[state], number: true as const }))];
  return section(
    'years',
    'By year',
    table(
      columns,
      all.map(({ year, states }) => [year, ...stateCells(states)]),
      'the JSON',
    ),
  );
}

function reasons({ reasons: all }: RetentionPlan): Html {
  const columns = [{ title: 'reason' }, { title: 'recordings', number: true as const }, { title: 'of these past their time', number: true as const }];
  return section(
    'reasons',
    'Why recordings must not be deleted',
    table(
      columns,
      all.map(({ reason, recordings, deferred }) => [reason, recordings, deferred]),
      'the JSON',
    ),
  );
}

function conflicts({ conflicts: all }: RetentionPlan): Html {
  if (all.length === 0) return nothing;
  const columns = [{ title: 'kept by' }, { title: 'to be deleted by' }, { title: 'recordings', number: true as const }];
  return section(
    'conflicts',
    'Conflicts',
    html`<p>One rule demands deletion before another permits it. The longer period applies.</p>\n`,
    table(
      columns,
      all.map(({ keep, remove, recordings }) => [keep, remove, recordings]),
      'the JSON',
    ),
  );
}

function recorder({ unmapped, uncertain }: RetentionPlan): Html {
  const said = [{ title: 'the recorder stated' }, { title: 'value' }, { title: 'recordings', number: true as const }];
  const times = [{ title: 'uncertain' }, { title: 'recordings', number: true as const }];
  return section(
    'open',
    'What no rule covers, and what is uncertain',
    unmapped.length === 0
      ? nothing
      : table(
          said,
          unmapped.map(({ field, value, recordings }) => [field, value, recordings]),
          'the JSON',
        ),
    uncertain.length === 0 ? nothing : html`<p>These are counted from the latest possible moment.</p>\n`,
    uncertain.length === 0
      ? nothing
      : table(
          times,
          uncertain.map(({ what, recordings }) => [what, recordings]),
          'the JSON',
        ),
  );
}

function list({ states }: RetentionPlan, shown: readonly PlannedRecording[]): Html {
  const all = states.due + states.deferred;
  const columns = [
    { title: 'recording' },
    { title: 'call' },
    { title: 'state' },
    { title: 'not after' },
    { title: 'by rule' },
    { title: 'forbidden by' },
  ];
  const rows = shown.map(({ recordingId, start, state, notAfter, notAfterRule, reasons: forbidden }) => [
    html`<code>${recordingId}</code>`,
    start === null ? 'unknown' : moment(start),
    stateWords[state],
    notAfter ?? '',
    notAfterRule ?? '',
    forbidden.join('; '),
  ]);
  const more =
    all > shown.length
      ? html`<p class="more">The first ${shown.length} of ${all}; the CSV has all: <code>longplay retention plan ARCHIVE --format csv</code>.</p>\n`
      : nothing;
  return section('recordings', 'Recordings past their time', table(columns, rows, 'the CSV'), more);
}
