import { type Finding, finding } from '../../core/findings/finding.ts';
import { recorderFields } from '../../core/model/keeping-state.ts';
import { alwaysShorter, neverLonger } from './period.ts';
import { anyValue, listConditions, type PolicyTerm, type RetentionRule, type RuleConditions } from './policy.ts';

/** Returns the place of a finding about a rule. */
export function ruleName({ name }: RetentionRule): string {
  return `rule ${name}`;
}

/** Returns D110 for each rule that contradicts itself, or a rule that applies to all of its recordings; says nothing about any recording. */
export function contradictions(rules: readonly RetentionRule[]): readonly Finding[] {
  return rules.flatMap((rule) => {
    const { remove, when } = rule;
    if (isNeverOpen(when)) return [finding('D110', ruleName(rule), 'matches no call: its started-from is not before its started-before')];
    const by = [rule, ...rules.filter((other) => other !== rule && applies(other, rule))].find((other) => isTooEarly(rule, other));
    if (by === undefined || remove === null || by.keep === null) return [];
    const keeper = by === rule ? 'keeps them' : `rule ${by.name}, which applies to all of its recordings, keeps them`;
    return [
      finding('D110', ruleName(rule), `demands deletion after ${termText(remove)}, and ${keeper} ${keptText(by.keep)}: the longer period applies`),
    ];
  });
}

/** Returns D111 for each rule without which the policy would demand the same of every recording. Of two equal rules the later one is named. */
export function withoutEffect(rules: readonly RetentionRule[]): readonly Finding[] {
  return rules.flatMap((rule, index) => {
    const { keep, remove, when } = rule;
    if (keep === null && remove === null)
      return namesRecorder(when) ? [] : [finding('D111', ruleName(rule), 'sets no period and names no statement of the recorder')];
    const by = rules.find((other, place) => other !== rule && decidesFor(other, rule) && (place < index || !decidesFor(rule, other)));
    if (by === undefined) return [];
    const terms = [...(keep === null ? [] : ['keeps them at least as long']), ...(remove === null ? [] : ['demands their deletion no later'])];
    return [finding('D111', ruleName(rule), `decides nothing: rule ${by.name} applies to all of its recordings and ${terms.join(' and ')}`)];
  });
}

/** Returns true if no call can start in the period of the conditions. */
export function isNeverOpen({ startedFromMs, startedBeforeMs }: RuleConditions): boolean {
  return startedFromMs !== undefined && startedBeforeMs !== undefined && startedFromMs >= startedBeforeMs;
}

/** Returns true if a rule applies to every recording to which another one applies, whatever the archive contains. */
function applies({ when: wide }: RetentionRule, { when: narrow }: RetentionRule): boolean {
  return (
    listConditions.every((name) => includesAll(wide[name], narrow[name])) &&
    recorderFields.every((field) => {
      const [outer, inner] = [wide.recorder[field], narrow.recorder[field]];
      return includesAll(outer, inner) || (inner !== undefined && outer?.includes(anyValue) === true);
    }) &&
    (wide.startedFromMs === undefined || (narrow.startedFromMs ?? Number.NEGATIVE_INFINITY) >= wide.startedFromMs) &&
    (wide.startedBeforeMs === undefined || (narrow.startedBeforeMs ?? Number.POSITIVE_INFINITY) <= wide.startedBeforeMs)
  );
}

/** Returns true if a condition with the inner values holds only where one with the outer values holds; undefined: there is no condition. */
function includesAll(outer: readonly string[] | undefined, inner: readonly string[] | undefined): boolean {
  if (outer === undefined) return true;
  const known = new Set(outer);
  return inner?.every((value) => known.has(value)) === true;
}

/** Returns true if a rule leaves another one nothing to decide: it applies to the same recordings, and is at least as strict at both ends. */
function decidesFor(strict: RetentionRule, rule: RetentionRule): boolean {
  // A rule that names a statement of the recorder also says that somebody has decided what it means.
  const decidesMore = recorderFields.some((field) => rule.when.recorder[field] !== undefined && strict.when.recorder[field] === undefined);
  return (
    !decidesMore &&
    applies(strict, rule) &&
    (rule.keep === null || isNotAfter(rule.keep, strict.keep, rule.event === strict.event)) &&
    (rule.remove === null || (strict.remove !== null && isNotAfter(strict.remove, rule.remove, rule.event === strict.event)))
  );
}

/** Returns true if a term ends no later than another one, whatever the recording. */
function isNotAfter(term: PolicyTerm, other: PolicyTerm | null, hasSameEvent: boolean): boolean {
  if (other === null) return false;
  if (other.kind === 'never' || (term.kind === 'recorder' && other.kind === 'recorder')) return true;
  return hasSameEvent && term.kind === 'period' && other.kind === 'period' && neverLonger(term.period, other.period);
}

/** Returns true if the deletion that a rule demands always comes before the end of a period for which a rule keeps the recording. */
function isTooEarly({ remove, event }: RetentionRule, { keep, event: since }: RetentionRule): boolean {
  if (remove === null || keep === null) return false;
  if (keep.kind === 'never') return true;
  return event === since && remove.kind === 'period' && keep.kind === 'period' && alwaysShorter(remove.period, keep.period);
}

function namesRecorder({ recorder }: RuleConditions): boolean {
  return recorderFields.some((field) => recorder[field] !== undefined);
}

function termText(term: PolicyTerm): string {
  return term.kind === 'period' ? term.text : 'the expiry that the recorder stated';
}

function keptText(term: PolicyTerm): string {
  return term.kind === 'never' ? 'for ever' : `for ${termText(term)}`;
}
