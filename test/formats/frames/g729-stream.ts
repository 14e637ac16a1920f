/**
 * 118 frames of speech and 25 of silence of G.729 with annex B, without lengths: noise, a synthetic voice, noise, the voice again, noise, encoded by libbcg729 1.1.1 with its voice
 * activity detection.
 */
export const g729Stream = Uint8Array.from(
  Buffer.from(
    [
      'tMZgSDVKNIg0yjRINMo2yIuCl6LqLg+MAa3pm+NVRdWhRykaaXujj9MZ2scufmDaZKAANEs3xRFMj6EtnwlZSTyBaedhvcLMbqfoimmT4fR1ojDYUntpuqGm',
      'uH9Pe4o4eZojCSGbB2HC+Gmh4EGp3iY5vQFp+l/RXzYsBd2HZSvc2Esp+g2DQU2L3nUBDyIA6UJl616wMfkOLIA6eQGh9YQGwnI6dwnrHXJHWG/Amwfpolya',
      'UrgyfcFBeZ/cm93BMxTkiSsD3BnQj+ziN1h5/dnHGDfZdjxKaZ/b5mhxxqSJSBVLHBhLYXKVhUHpq1oS+gxcMEoKab/dOU/Zb9ToPGUTXvYKPk53Iz9pmB4j',
      'GE9BCmgQLr3eaFhs8U/DA3kvXfjIaDbITLUJDZ8cn8n4ASgCaeLfwSW3XHEASnk/YFj5z/Sk+chr+158eA/cTxz/ZY1hP4bYs8DQwQkIYnfgoPWTxEFiO2Kz',
      'QeyyIPl3eRui4WrP8WgqyCXqYW54AJ0BAIJ5myR4SOp4CHh6ZU7k7/uQITVgYumjJLYDUC+BcMFpkyLucEfRncGYeV2i9adxzxiEDmVfYuxMAxYHVP5pmqIm',
      'vFEM7j8x4pvjVcgPK4Mlw3kHYb1TyC0qCONpv2BF/m/2oMN+aebgDcovcMpS+GmqXNpAH9t+RLspg17nLjgzwRjHeX1e42/WO0PAdnk9Zohg+p474FZAQsGf',
      'O2rEO78e+PKjwRvSXZwFlvhgH1PKy0OVXtB0KnRVs5ID3SGQMIr5Z1tCFA/XWnAUdjHxEg84t9B489MB7JPeD7IQeKpqy336FFuSnngyv7K6o9RA+NpAkrhN',
      '8btdpDbacspzu78zzkaS2nAQn9/16hHXUFs0yDRKNMgAyjRINMo0iDTKNEg0yjVIGEo0yDTKNUi0Sq9L+5fs4t7Pt6zpmBnNYBWlOBa7ae/eMVTbbrnAMBUr',
      'XNZVV9GnKP4k396yEFsKfCmDaX+cDJnGr1spcW2K3AvQuDCkCwF5W9unnBno8ObINXtcB7DB0CfrSmGPG6mXABvAuUZpJJzSnGByovyxZetba98I+TUDBemr',
      'HbOeZuGDkthNEx3tD6dUkqWKaatdZmQvWa8ETmU/nw+yQVYrzM95ep+OM5gzufuHbYteeKxgeLS9ARGV3vHpDdwMCXg9m2EyYMHTMCNfI5rhcJh5EzuFgmKb',
      'o5QXC8z2kyl5BiJtzEl0Ej0xZVgjlseWLeLqwT0LY8NwwVkMkvhp+eQkqT9VP6XMeQqkNKIv07SqCmXrJlCQH8lDfjVtBuNYK4Y0YHtDeQojCYGgbBDC32n4',
      '4mhTVxAPHMh5H6Eww6PTkaf4ZStg08Jt8L9A9+m+INK8MDmuesFpQCBPihaxnhWBabgfgG4j8Sk9jmWKn1oZL157Qs5pox8S+LdNiuNKK6ueed8ILnK3xWmQ',
      'HbkNEOOOWAJg7F24aCA5LAP0ebhsykr6j0gYVuAQxfkl2shNWsTwKBnclTIRYvSQVONOx//73ecPVPgG23EXy0xrx1B5YtJ51MKMKILbQMg3Fk+bWoTYEPiy',
      'vRBj0hgqlVpw4D5dq1PXRA6QYHYi6F2T08Unnviql6cAIhu+qxBA0rWns/LegKVR+HbaQNzjy5ihEDTK',
    ].join(''),
    'base64',
  ),
);

/** Bytes of its frames in order. */
export const g729Layout: readonly number[] = [...run(8, 2), ...run(64, 10), ...run(16, 2), ...run(54, 10), 2];

/** The first run of speech in it. */
export const g729Speech = g729Stream.subarray(16, 16 + 640);

function run(count: number, bytes: number): number[] {
  return Array.from({ length: count }, () => bytes);
}
