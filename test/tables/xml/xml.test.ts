import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ByteReader } from '../../../src/core/base/bytes.ts';
import { limits } from '../../../src/core/base/limits.ts';
import { isLostRecord } from '../../../src/core/findings/lost-record.ts';
import type { XmlElement } from '../../../src/tables/text/types.ts';
import { childText, fieldText, findAll } from '../../../src/tables/xml/element.ts';
import { parseSidecar, readXmlRecords } from '../../../src/tables/xml/xml.ts';
import { everything } from '../../faults/trials.ts';
import { collect, haveTraps, heapWatch, inPieces, line, madeReader, signal, textReader, trap, trapNames } from '../readers.ts';

/** An element in short: `name{attribute=value}(text)[children]`. */
function shown(element: XmlElement): string {
  const attributes = element.attributes.length === 0 ? '' : `{${element.attributes.map(({ name, value }) => `${name}=${value}`).join(',')}}`;
  const text = element.text === '' ? '' : `(${element.text})`;
  return `${element.name}${attributes}${text}${element.children.length === 0 ? '' : `[${element.children.map(shown).join('')}]`}`;
}

async function read(reader: ByteReader, record: string): Promise<string[]> {
  const items = await collect(readXmlRecords(reader, { place: 'x', record }, signal));
  return items.map((item) => (item.kind === 'tree' ? `${item.number} ${shown(item.value as XmlElement)}` : line(item))); // value: XmlElement by contract
}
async function sidecar(reader: ByteReader): Promise<[root: string | null, findings: string[]]> {
  const { root, findings } = await parseSidecar(reader, { place: 'x' }, signal);
  return [root === null ? null : shown(root), findings.map(line)];
}

const doctype = 'T120 x: has a DOCTYPE; nothing after it was read, no entity was expanded and nothing was fetched';
const notUtf8 = 'T101 x: UTF-8 is declared, but the bytes are not UTF-8; 2 bytes beyond ASCII are read as windows-1252';
const deep = `has elements nested more than ${limits.depth} deep and was not read`;
const severalRoots = 'T124 x: 2 root elements and 2 XML declarations in one file; all were read';
const cut = 'ends before its end tag and was not read';

/** Expected result of each awkward file as records named `call`, and as a sidecar. */
const expected: Record<string, { records: string[]; sidecar: [string | null, string[]] }> = {
  'bare-ampersand.xml': {
    records: ["T126 x record 1: 2 bare '&' read as text, 0 control characters left out", '1 call[org(Ek & Co)uri(sip:a@b?x=1&y=2)]'],
    sidecar: ['call[org(Ek & Co)uri(sip:a@b?x=1&y=2)]', ["T126 x: 2 bare '&' read as text, 0 control characters left out"]],
  },
  'declares-utf8-is-cp1252.xml': { records: [notUtf8, '1 call[agent(Åsa Öberg)]'], sidecar: ['call[agent(Åsa Öberg)]', [notUtf8]] },
  'deep.xml': { records: [`T123 x record 1: ${deep}`], sidecar: [null, [`T123 x: ${deep}`]] },
  'entity-bomb.xml': { records: [doctype], sidecar: [null, [doctype]] },
  // The DOCTYPE declares nothing here, and the file that it names is not fetched.
  'external-dtd.xml': { records: [], sidecar: ['recording', []] },
  'external-entity.xml': { records: [doctype], sidecar: [null, [doctype]] },
  'illegal-control-char.xml': {
    records: ["T126 x record 1: 0 bare '&' read as text, 3 control characters left out", '1 call[note(abc)]'],
    sidecar: ['call[note(abc)]', ["T126 x: 0 bare '&' read as text, 3 control characters left out"]],
  },
  'truncated.xml': {
    records: ['1 call{id=1}[start(2024-05-02T10:00:00Z)]', `T122 x record 2: ${cut}`],
    sidecar: [null, [`T122 x: ${cut}`]],
  },
  'two-roots.xml': { records: ['1 call{id=1}', '2 call{id=2}', severalRoots], sidecar: ['call{id=1}', [severalRoots]] },
  'utf16le-bom.xml': { records: ['1 call[agent(Åsa Öberg)]'], sidecar: ['call[agent(Åsa Öberg)]', []] },
};

describe.skipIf(!haveTraps)('each awkward XML file', () => {
  it.each(haveTraps ? trapNames('xml') : [])('%s gives exactly its records and findings, in pieces of any size', async (name) => {
    for (const size of [1 << 20, 11, 1]) {
      const reader = inPieces(trap(`xml/${name}`), size);
      expect({ records: await read(reader, 'call'), sidecar: await sidecar(reader) }).toEqual(expected[name]);
    }
  });
});

describe('the records of an export', () => {
  const text =
    '<x:calls xmlns:x="urn:one" xmlns="urn:two"><x:call n="1"><a/></x:call><!-- <call/> --><call n="2"/><group><call n="3"><call n="inner"/></call></group></x:calls>';

  it('are the elements of that local name anywhere, but not inside each other', async () => {
    expect(await read(textReader(text), 'call')).toEqual(['1 call{n=1}[a]', '2 call{n=2}', '3 call{n=3}[call{n=inner}]']);
  });

  it('are the children of the root for *, and the root itself for the empty name', async () => {
    expect(await read(textReader(text), '*')).toEqual(['1 call{n=1}[a]', '2 call{n=2}', '3 group[call{n=3}[call{n=inner}]]']);
    expect((await read(textReader(text), '')).map((each) => each.slice(0, 8))).toEqual(['1 calls[']);
  });

  it('know the namespaces that are declared around them', async () => {
    const items = await collect(readXmlRecords(textReader(text), { place: 'x', record: '*' }, signal));
    const namespaces = items.map((item) => (item.kind === 'tree' ? (item.value as XmlElement).namespace : item.code)); // value: XmlElement by contract
    expect(namespaces).toEqual(['urn:one', 'urn:two', 'urn:two']);
  });

  it('keep their raw text', async () => {
    const items = await collect(readXmlRecords(textReader(text), { place: 'x', record: 'call' }, signal));
    expect(items.map((item) => (item.kind === 'tree' ? item.raw : item.code))).toEqual([
      '<x:call n="1"><a/></x:call>',
      '<call n="2"/>',
      '<call n="3"><call n="inner"/></call>',
    ]);
  });

  it('have CDATA, references and text around children as their text, and an undeclared prefix as no namespace', async () => {
    expect(await read(textReader('<r><a>x<![CDATA[<&]]>&amp;&#229;<b/> y </a><v:c>z</v:c></r>'), '*')).toEqual(['1 a(x<&&å y)[b]', '2 c(z)']);
  });
});

describe('a damaged record', () => {
  const call = (id: number, inside = '<s>x</s>') => `<call id="${id}">${inside}</call>\n`;
  const good = (id: number) => `${id} call{id=${id}}[s(x)]`;
  const lost = (n: number) => `T121 x record ${n}: is not well-formed XML and was not read`;
  const calls = (...inside: string[]) => `<?xml version="1.0"?>\n<calls>${inside.join('')}</calls>\n`;

  it.each([
    ['a missing end tag inside', call(2, '<s>x')],
    ['its own end tag missing', '<call id="2"><s>x</s>'],
    ['end tags in the wrong order', call(2, '<s><t>x</s></t>')],
    ['a repeated attribute', '<call id="2" id="2"><s>x</s></call>'],
    ['an undefined entity', call(2, '<s>&auml;</s>')],
    ['an unclosed quote', '<call id="2><s>x</s></call>'],
    ['a stray bracket', call(2, '<s>a < b</s>')],
  ])('with %s loses only itself', async (_, damaged) => {
    expect(await read(textReader(calls(call(1), damaged, call(3), call(4))), 'call')).toEqual([
      good(1),
      lost(2),
      '3 call{id=3}[s(x)]',
      '4 call{id=4}[s(x)]',
    ]);
    expect(await read(textReader(calls(call(1), damaged, call(3), call(4))), '*')).toEqual([
      good(1),
      lost(2),
      '3 call{id=3}[s(x)]',
      '4 call{id=4}[s(x)]',
    ]);
  });

  it('at the end of its parent loses only itself, and the parent continues', async () => {
    expect(await read(textReader(`<r><g>${call(1)}<call id="2"><s></call></g><g>${call(3)}</g></r>`), 'call')).toEqual([
      good(1),
      lost(2),
      '3 call{id=3}[s(x)]',
    ]);
  });

  it('that is too large loses only itself and uses no memory', async () => {
    const items = await read(textReader(calls(call(1), call(2, `<s>${'y'.repeat(limits.recordBytes)}</s>`), call(3))), 'call');
    expect(items).toEqual([
      good(1),
      `T123 x record 2: is larger than ${limits.recordBytes} characters, or one value is larger than ${limits.fieldBytes}, and was not read`,
      '3 call{id=3}[s(x)]',
    ]);
  });

  it('with more elements than the limit loses only itself, as a sidecar too', async () => {
    const many = call(2, '<b/>'.repeat(limits.elements));
    const found = `has more than ${limits.elements} elements and was not read`;
    expect(await read(textReader(calls(call(1), many, call(3))), 'call')).toEqual([good(1), `T123 x record 2: ${found}`, '3 call{id=3}[s(x)]']);
    expect(await sidecar(textReader(many))).toEqual([null, [`T123 x: ${found}`]]);
  });

  it('that is too deep or has too many attributes loses only itself', async () => {
    const nested = call(2, `${'<call>'.repeat(70)}${'</call>'.repeat(70)}`);
    const wide = `<call ${Array.from({ length: 300 }, (_, i) => `a${i}="1"`).join(' ')}/>`;
    expect(await read(textReader(calls(call(1), nested, call(3), wide, call(5))), 'call')).toEqual([
      good(1),
      `T123 x record 2: ${deep}`,
      '3 call{id=3}[s(x)]',
      `T123 x record 4: has an element with more than ${limits.attributes} attributes and was not read`,
      '5 call{id=5}[s(x)]',
    ]);
  });
});

describe('a damaged document', () => {
  it('that is truncated between two records is reported', async () => {
    expect(await read(textReader('<calls><call/><call/>'), 'call')).toEqual([
      '1 call',
      '2 call',
      'T125 x: ends with 1 element open: it was truncated between two records',
    ]);
  });

  it('that is truncated and followed by another one loses only the truncated record', async () => {
    expect(await read(textReader('<?xml version="1.0"?><calls><call/><call><a>\n<?xml version="1.0"?><calls><call/></calls>'), 'call')).toEqual([
      '1 call',
      `T122 x record 2: ${cut}`,
      '3 call',
      'T124 x: 2 root elements and 2 XML declarations in one file; all were read',
      'T129 x: 1 place outside the records is not well-formed XML',
    ]);
  });

  it('that is not XML is reported', async () => {
    expect(await read(textReader('id,start\n1,2\n'), 'call')).toEqual([
      'T129 x: 1 place outside the records is not well-formed XML',
      'T127 x: contains no XML element',
    ]);
    expect(await sidecar(textReader(''))).toEqual([null, ['T127 x: contains no XML element']]);
  });

  it('with a DOCTYPE after its records ends there', async () => {
    expect(await read(textReader('<r><call/><!DOCTYPE x [<!ENTITY a "b">]><call/></r>'), 'call')).toEqual(['1 call', doctype]);
    expect(await sidecar(textReader('<r><!DOCTYPE x><call/></r>'))).toEqual([null, ['T120 x: has a DOCTYPE and was not read']]);
  });

  it('as a sidecar larger than the limit is not read', async () => {
    const large: ByteReader = { ...textReader('<r/>'), size: limits.sidecarBytes + 1 };
    expect(await sidecar(large)).toEqual([null, [`T128 x: ${limits.sidecarBytes + 1} bytes; a sidecar may have ${limits.sidecarBytes}`]]);
  });

  it('of random markup never causes a throw, and records and losses are numbered without a gap', async () => {
    const part = fc.constantFrom(
      '<a>',
      '</a>',
      '<b x="1">',
      '</b>',
      '<c/>',
      'text',
      '&',
      '"',
      "'",
      '<',
      '>',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?xml version="1.0"?>',
      '<?pi',
      '?>',
      '\0',
      '</',
      '<!',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 40 }),
        fc.constantFrom('a', '*', ''),
        fc.integer({ min: 1, max: 9 }),
        async (parts, record, size) => {
          const reader = textReader(parts.join(''));
          const items = await collect(readXmlRecords(reader, { place: 'x', record }, signal));
          const numbers = items.flatMap((item) =>
            item.kind === 'tree' ? [item.number] : isLostRecord(item) ? [Number(/record (\d+)/.exec(item.place)?.[1])] : [],
          );
          expect(numbers).toEqual(numbers.map((_, i) => i + 1));
          expect(await collect(readXmlRecords(inPieces(reader, size), { place: 'x', record }, signal))).toEqual(items);
          await parseSidecar(reader, { place: 'x' }, signal);
        },
      ),
      { numRuns: 300 },
    );
  });
});

interface Shape {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Shape[];
}
const name = fc.constantFrom('a', 'b', 'call', 'Åtgärd', '_', 'x-1', 'toString', '__proto__', 'constructor');
const text = fc.string({ unit: fc.constantFrom('x', ' ', '<', '&', '"', "'", 'å', '>', ']', '😀'), maxLength: 8 }).map((each) => each.trim());
const shape: fc.Arbitrary<Shape> = fc.letrec<{ shape: Shape; children: readonly Shape[] }>((tie) => ({
  shape: fc.record({
    name,
    attributes: fc.dictionary(fc.constantFrom('id', 'k', 'toString'), text, { maxKeys: 3 }),
    text,
    children: tie('children'),
  }),
  children: fc.oneof({ maxDepth: 4, depthSize: 'small' }, fc.constant<Shape[]>([]), fc.array(tie('shape'), { maxLength: 3 })),
})).shape;

function asXml(each: Shape): string {
  const escaped = (value: string) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
  const attributes = Object.entries(each.attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  return `<${each.name}${attributes.join('')}>${escaped(each.text)}${each.children.map(asXml).join('')}</${each.name}>`;
}
function asElement(each: Shape): XmlElement {
  return {
    name: each.name,
    namespace: '',
    attributes: Object.entries(each.attributes).map(([key, value]) => ({ name: key, value })),
    children: each.children.map(asElement),
    text: each.text,
  };
}

describe('any element', () => {
  it('is read back unchanged, from an export and from a sidecar alike', async () => {
    await fc.assert(
      fc.asyncProperty(shape, async (each) => {
        const reader = textReader(`<?xml version="1.0"?>\n${asXml(each)}\n`);
        const [tree, ...others] = await collect(readXmlRecords(reader, { place: 'x', record: '' }, signal));
        expect(others).toEqual([]);
        expect(tree?.kind === 'tree' && tree.value).toEqual(asElement(each));
        expect(await parseSidecar(reader, { place: 'x' }, signal)).toEqual({ root: asElement(each), findings: [] });
      }),
    );
  });

  it('written by Python is read back as Python had it', async () => {
    const script =
      'import xml.etree.ElementTree as E,sys; c=E.Element("call",id="1 & 2"); E.SubElement(c,"{urn:x}agent").text="Åsa <Öberg>"; E.ElementTree(c).write(sys.stdout.buffer, encoding="iso-8859-1")';
    const bytes = execFileSync('python3', ['-c', script]);
    const reader = { ...textReader(bytes.toString('latin1'), 'latin1') };
    expect(await read(reader, '')).toEqual(['1 call{id=1 & 2}[agent(Åsa <Öberg>)]']);
    expect(await sidecar(reader)).toEqual(['call{id=1 & 2}[agent(Åsa <Öberg>)]', []]);
  });
});

describe('fields', () => {
  it('are found as attribute or child by local name', async () => {
    const { root } = await parseSidecar(
      textReader('<x:r xmlns:x="u" x:id="7"><x:agent>Eva</x:agent><id>8</id><g><agent>Bo</agent></g></x:r>'),
      { place: 'x' },
      signal,
    );
    if (root === null) throw new Error('no root');
    expect([fieldText(root, 'id'), fieldText(root, 'agent'), fieldText(root, 'none'), childText(root, 'id')]).toEqual(['7', 'Eva', null, '8']);
    expect(findAll(root, 'agent').map((agent) => agent.text)).toEqual(['Eva', 'Bo']);
  });
});

// The short form is larger than the permitted growth of the heap.
describe(`an export of ${everything ? 200 : 45} MB`, () => {
  it('is read in constant memory, including damaged records', async () => {
    const record = (i: number) => {
      const id = String(i).padStart(8, '0');
      return `<call id="${id}"><start>2025-10-26T02:29:56Z</start><note>${'z'.repeat(320)}</${i % 20_000 === 9_999 ? 'nope' : 'note'}></call>\n`;
    };
    const count = everything ? 520_000 : 120_000;
    const watch = heapWatch(20_000);
    let trees = 0;
    let lost = 0;
    const kept: unknown[] = [];
    for await (const item of readXmlRecords(
      madeReader('<?xml version="1.0"?><calls>', record, count, '</calls>'),
      { place: 'x', record: 'call' },
      signal,
    )) {
      watch.look();
      if (item.kind === 'finding') lost++;
      else if (++trees % 1_000 === 0) kept.push(item.value); // must not keep its context in memory
    }
    expect([trees, lost]).toEqual([count - count / 20_000, count / 20_000]);
    expect(watch.grown).toBeLessThan(32 * 1024 * 1024);
  });
});
