import { decisions } from '../../core/identity/decision.ts';
import type { CaseDecisionRequest, PageCaseView } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';
import { field } from './forms.ts';

type Member = PageCaseView['members'][number];

/** Stores a decision about a recording of the case. */
export type Decide = (request: CaseDecisionRequest) => Promise<void>;

/** Returns the id of a recording's decision control, to which the focus returns. */
export function decisionId(recording: string): string {
  return `decide-${recording}`;
}

/** Shows the last decision about a recording, and a closed form for another one. */
export function decisionControl({ recording, reasons, parties }: Member, wording: Wording, decide: Decide): HTMLElement {
  const { text } = wording;
  const short = recording.slice(0, 8);
  const name = `what-${recording}`;
  const choices = decisions.map((value) => {
    const input = h('input', { type: 'radio', name, value, id: `${name}-${value}`, required: true });
    return { value, input, element: h('span', { class: 'choice' }, input, h('label', { for: input.id }, text(`caseDecided-${value}`))) };
  });
  const whom = h(
    'select',
    { id: `whom-${recording}` },
    h('option', { value: '' }, text('caseDecideLikely')),
    ...parties.map(({ field: value, role, label }) =>
      h('option', { value }, `${wording.valued('role', role)}: ${label === '' ? '–' : label} (${value})`),
    ),
  );
  const why = field(`reason-${recording}`, text('caseDecideWhy'), { maxlength: 500, required: true });
  const submit = h('button', { type: 'submit' }, text('caseDecide'));
  const form = h(
    'form',
    {
      class: 'casedecide',
      onsubmit: (event) => {
        event.preventDefault();
        const chosen = choices.find(({ input }) => input.checked);
        if (chosen === undefined) return;
        submit.disabled = true;
        const party = whom.value === '' || chosen.value === 'concerns' ? {} : { party: whom.value };
        void decide({ recording, decision: chosen.value, ...party, reason: why.input.value }).finally(() => {
          submit.disabled = false;
        });
      },
    },
    h('fieldset', {}, h('legend', {}, text('caseDecideIs')), ...choices.map(({ element }) => element)),
    h('div', { class: 'field' }, h('label', { for: whom.id }, text('caseDecideWhom')), whom),
    why.element,
    submit,
  );
  const last = [...reasons].reverse().find(({ kind, isOver }) => kind.startsWith('decided-') && isOver !== true);
  const state = last === undefined ? text('caseUndecided') : wording.valued('caseReason', last.kind);
  return h(
    'div',
    {},
    h('span', { class: `chip${last?.kind === 'decided-is-not' ? ' warn' : ''}` }, state),
    h('details', {}, h('summary', { id: decisionId(recording), 'aria-label': `${text('caseDecide')}: ${short}` }, text('caseDecide')), form),
  );
}
