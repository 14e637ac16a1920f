import { rawFormat } from './raw.ts';

/** Identifies NMS voice without a header (flat). */
export const rawNms = rawFormat({
  id: 'raw-nms',
  title: 'NMS (Natural MicroSystems) voice without a header',
  mediaType: 'audio/x-nms-vce',
  grade: 'experimental',
  facts: [
    'NMS vceinfo.c and libsndfile: .vce is flat, blocks of 42, 62 or 82 bytes one after the other (Vox Studio says that it has a header: no file available)',
  ],
});
