import type { Sample } from '../make-samples.ts';
import { join, randomBytes } from '../wave/builder.ts';
import { type DssPart, dssBlocks, dssFile, encrypted, noiseFrame, qpFrame, several, spFrame } from './dss-builder.ts';

/** Password of the encrypted samples. */
export const samplePassword = 'olympus';

const qp = several(27, qpFrame);
const mixed = (seed: number): Uint8Array => (seed % 3 === 0 ? noiseFrame(seed) : qpFrame(seed, 7));
const paused: DssPart[] = [...several(20, qpFrame, 40), 'pause', ...several(10, qpFrame, 60), 'cut', ...several(9, qpFrame, 70)];
const plain = dssFile(3, 'ds2', 27 * 0.016, dssBlocks(6, qp));

const sample = (name: string, codec: string | null, bytes: Uint8Array, findings: readonly string[] = [], state: Sample['state'] = 'ok'): Sample => ({
  name,
  bytes,
  format: 'ds2',
  codec,
  state,
  findings,
});

/** DS2 and Grundig DSS with synthetic frames: no recorder wrote them, and they contain no voice. */
export function dssSamples(): readonly Sample[] {
  return [
    sample('ds2-qp.ds2', 'ds2-qp', plain),
    sample('ds2-qp-paused.ds2', 'ds2-qp', dssFile(3, 'ds2', 0.6, dssBlocks(6, paused)), ['F327']),
    sample('ds2-qp-cut.ds2', 'ds2-qp', plain.subarray(0, 1536 + 1064), ['F103'], 'truncated'),
    sample('ds2-qp-stated-longer.ds2', 'ds2-qp', dssFile(3, 'ds2', 3725, dssBlocks(6, qp)), ['F324'], 'truncated'),
    sample('ds2-qp-junk-before.ds2', 'ds2-qp', join(Uint8Array.of(0, 0x41), plain), ['F100']),
    sample('ds2-qp-damaged-block.ds2', 'ds2-qp', plain.slice().fill(0x55, 1536 + 512, 1536 + 640), ['F327', 'F323'], 'damaged'),
    sample('ds2-qp7.ds2', 'ds2-qp7', dssFile(7, 'ds2', 0.5, dssBlocks(7, several(30, mixed))), ['F328']),
    sample('ds2-qp7-long-header.ds2', 'ds2-qp7', dssFile(7, 'ds2', 0.5, dssBlocks(7, several(30, mixed)), 9), ['F320', 'F328']),
    sample('ds2-sp.ds2', 'ds2-sp', dssFile(3, 'ds2', 0.7, dssBlocks(0, several(30, spFrame))), ['F328']),
    sample('ds2-sp-and-qp.ds2', 'ds2-qp', dssFile(3, 'ds2', 1, [...dssBlocks(6, qp), ...dssBlocks(0, several(4, spFrame))]), ['F322'], 'damaged'),
    sample(
      'ds2-mode-2-g723-1.ds2',
      'unknown',
      dssFile(
        3,
        'ds2',
        1,
        dssBlocks(
          2,
          several(22, (seed) => randomBytes(24, seed)),
        ),
      ),
    ),
    sample('ds2-encrypted-128.ds2', 'ds2-qp', encrypted(plain, samplePassword, 1)),
    sample('ds2-encrypted-256.ds2', 'ds2-qp', encrypted(plain, samplePassword, 2)),
    sample('ds2-header-only.ds2', null, plain.subarray(0, 1536), ['F110'], 'header-only'),
    sample('ds2-no-blocks.ds2', null, join(plain.subarray(0, 1536), randomBytes(1024, 8)), ['F321'], 'damaged'),
    sample('ds2-grundig-sp.dss', 'dss-sp-grundig', dssFile(6, 'dss', 0.4, dssBlocks(0, several(18, spFrame, 90)))),
  ];
}
