/** The package's version. A test holds it against package.json, which a library must not read at run time. */
export const __version__ = '0.1.0'
