/** The part of jStat that is used here; it brings no types. */
declare module 'jstat' {
  const jstat: {
    readonly jStat: {
      readonly studentt: {
        cdf(t: number, degrees: number): number;
        inv(probability: number, degrees: number): number;
      };
    };
  };
  export default jstat;
}
