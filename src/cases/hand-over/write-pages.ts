import { caseBytes } from '../../archive/documents/case-json.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import type { Draft } from '../store/draft.ts';
import type { CaseAccount } from './case-account.ts';
import { indexCsv, numbered, reasonWords, recordingsCsv } from './case-index.ts';
import { casePages } from './case-page.ts';
import { custodyCsv, gapsCsv, messagesCsv, outsideCsv, timelineCsv } from './case-tables.ts';
import { coverText } from './cover.ts';
import { scopeCsv } from './scope.ts';
import { withheldCsv } from './withheld.ts';

/** Writes the metadata of a case into its bag: tables, JSON, and pages for people. */
export function writeCasePages(draft: Draft, account: CaseAccount): void {
  const { document, custody, exported, messages, timeline } = account;
  draft.write('data/case.json', caseBytes(document));
  draft.write('data/timeline.json', `${canonicalJson(timeline, 2)}\n`);
  draft.write('data/timeline.csv', timelineCsv(timeline));
  draft.write('data/gaps.csv', gapsCsv(timeline.gaps));
  draft.write('data/outside.csv', outsideCsv(timeline.outside));
  draft.write('data/recordings.csv', recordingsCsv(exported, document));
  draft.write('data/index.csv', indexCsv(numbered(exported), reasonWords(document), document.reviews));
  if (account.withheld.length > 0) draft.write('data/withheld.csv', withheldCsv(account.withheld));
  draft.write('data/scope.csv', scopeCsv(account.scope));
  draft.write('data/scope.json', `${canonicalJson(account.scope, 2)}\n`);
  draft.write('data/messages.csv', messagesCsv(messages));
  draft.write('data/custody.json', `${canonicalJson(custody, 2)}\n`);
  draft.write('data/custody.csv', custodyCsv(custody));
  draft.write('cover.txt', coverText(account));
  for (const { name, html } of casePages(account)) draft.write(name, html);
}
