/** How well an importer or a format is tested; printed wherever one is named. */
export type Grade = (typeof grades)[number];

export const grades = ['verified', 'source-exact', 'documented', 'experimental'] as const;

/** Meaning of each grade, in words for people. */
export const gradeMeaning: Readonly<Record<Grade, string>> = {
  verified: 'tested on files that real programs wrote',
  'source-exact': "written from the program's own source code",
  documented: "written from the vendor's or a standard's text",
  experimental: 'reverse-engineered by others; check a sample by ear',
};
