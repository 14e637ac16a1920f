import { h } from './base/dom.ts';
import { rememberZone } from './base/shown-zone.ts';
import { momentOf, rememberLanguage, type Wording } from './base/wording.ts';
import type { PageContext } from './page-context.ts';
import type { Route } from './route.ts';
import { languages } from './texts/index.ts';
import { createZoneChoice } from './zone-choice.ts';

/** The head of the page. */
export interface PageHead {
  readonly element: HTMLElement;
  /** Sets the link to the cases: from the search to the cases, or back. */
  show(onCases: boolean): void;
}

/** What the head needs from the page. */
export interface PageHeadWiring {
  /** Element for the user's name and sign-out. */
  readonly account: HTMLElement;
  readonly route: Route;
  /** True if this user may see cases. */
  readonly hasCases: boolean;
  readonly help: HTMLDialogElement;
  /** Rebuilds the page in a language and a zone. */
  readonly rebuild: (tag: string, zone: string) => void;
}

/** Creates the head: a description of the archive, and the choices for the whole page. */
export function createPageHead({ overview, wording }: PageContext, { account, route, hasCases, help, rebuild }: PageHeadWiring): PageHead {
  const { text, counted } = wording;
  const casesLink = h('a', { class: 'caseslink', href: route.addressOf('all'), hidden: !hasCases }, text('cases'));
  const zone = createZoneChoice(wording, (chosen) => {
    rememberZone(chosen);
    // The address names the zone as well. The listeners of this change are replaced when the page is rebuilt.
    route.rezone(chosen);
    rebuild(wording.tag, chosen);
  });
  const language = languageChoice(wording, (tag) => {
    rememberLanguage(tag);
    rebuild(tag, wording.zone);
  });
  const { writtenAt: written, faults } = overview;
  const when = written === null ? text('live') : text('asOf', { time: `${momentOf(written, wording).text} ${momentOf(written, wording).zone}` });
  const about = [counted('calls', overview.recordings), text('sound', { length: wording.length(overview.durationMs) }), when];
  return {
    element: h(
      'header',
      { class: 'top' },
      h('h1', {}, text('title')),
      h('p', { class: 'about soft' }, about.join(' · ')),
      faults === undefined
        ? null
        : h(
            'button',
            { type: 'button', class: 'quiet known bad', title: text('onlyDamaged'), onclick: () => route.ask({ damaged: 'yes' }, 'push') },
            text('faultsKnown', { calls: counted('calls', faults) }),
          ),
      casesLink,
      h(
        'div',
        { class: 'tools' },
        account,
        zone,
        language,
        h('button', { type: 'button', class: 'icon', 'aria-label': text('help'), title: text('help'), onclick: () => help.showModal() }, '?'),
      ),
    ),
    show: (onCases) => {
      casesLink.href = route.addressOf(onCases ? null : 'all');
      casesLink.textContent = text(onCases ? 'toSearch' : 'cases');
    },
  };
}

function languageChoice({ tag: current, text }: Wording, choose: (tag: string) => void): HTMLElement {
  const select = h(
    'select',
    { 'aria-label': text('languageLabel'), onchange: () => choose(select.value) },
    ...Object.entries(languages).map(([tag, { language: name }]) => h('option', { value: tag, lang: tag, selected: tag === current }, name)),
  );
  return select;
}
