import type { CallDetail, PageRetention, PageRetentionBound } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { momentOf, type Wording } from '../base/wording.ts';
import { type Fact, factList, foreignText, section, timeText } from './facts.ts';

/** Shows what the retention policy demands for the recording: its state, both ends with rule and legal basis, and when it is to be erased. */
export function retentionOf({ retention }: CallDetail, wording: Wording): HTMLElement | null {
  if (retention === undefined) return null;
  const { text } = wording;
  const { state, version, rules, notBefore, notAfter, unmapped, isUncertain, isUnreadable } = retention;
  const facts: Fact[] = [
    [text('keepingRules'), rules.length === 0 ? text('keepingNoRule') : foreignText(rules.join(', '))],
    [text('keepingNotBefore'), boundOf(notBefore, version, wording)],
    [text('keepingNotAfter'), boundOf(notAfter, version, wording)],
    [text('keepingErase'), erasureOf(retention, wording)],
  ];
  const doubts = [
    ...unmapped.map((field) => text(`keepingUnmapped-${field}`)),
    ...(isUncertain ? [text('keepingUncertain')] : []),
    ...(isUnreadable ? [text('keepingUnreadable')] : []),
  ];
  return section(
    text('keepingPolicy'),
    h('p', {}, `${text(`keeping-${state}`)} ${text('keepingVersion', { version })}`),
    factList(facts),
    doubts.length === 0 ? null : h('ul', {}, ...doubts.map((doubt) => h('li', {}, doubt))),
  );
}

/** Formats an end of the interval: time, rule and legal basis, and the version of the policy if it is an earlier one. */
function boundOf(bound: PageRetentionBound | null, current: number, wording: Wording): HTMLElement | null {
  if (bound === null) return null;
  const { text } = wording;
  const { at, rule, version, basis } = bound;
  return h(
    'div',
    {},
    at === null ? text('keepingForever') : timeText(at, wording),
    h('div', { class: 'soft' }, text(version === current ? 'keepingBy' : 'keepingByEarlier', { rule, version }), ' ', foreignText(basis)),
  );
}

function erasureOf({ state, notAfter, eraseFrom, isUnreadable, unmapped }: PageRetention, wording: Wording): HTMLElement {
  const { text } = wording;
  if (notAfter === null) return h('span', {}, text('keepingEraseNever'));
  const isDeferred = state === 'held' || state === 'deferred' || isUnreadable || unmapped.length > 0;
  return h(
    'div',
    {},
    eraseFrom === null ? text('keepingForever') : timeText(eraseFrom, wording),
    isDeferred ? h('div', { class: 'soft' }, text('keepingEraseDeferred')) : null,
  );
}

/** Shows the legal holds that protect the recording. */
export function holdsOf({ holds = [] }: CallDetail, wording: Wording): HTMLElement | null {
  if (holds.length === 0) return null;
  const { text } = wording;
  const words = { case: 'holdByCase', query: 'holdByQuery', list: 'holdByList' } as const;
  const lines = holds.map(({ id, since, until, by, case: caseId, isUncertain }) =>
    h(
      'li',
      {},
      text(words[by], { id, time: `${momentOf(since, wording).text} ${momentOf(since, wording).zone}` }),
      caseId === null ? null : h('a', { href: `#cases=${caseId}` }, ` ${caseId}`),
      until === null ? null : ` ${text('holdUntil', { time: `${momentOf(until, wording).text} ${momentOf(until, wording).zone}` })}`,
      isUncertain === true ? ` ${text('holdUncertain')}` : null,
    ),
  );
  return section(text('legalHold'), h('p', {}, text('holdMeaning')), h('ul', {}, ...lines));
}
