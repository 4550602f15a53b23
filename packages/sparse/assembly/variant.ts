/** What a lane of computing is; the build puts f32 in its place for engines without SIMD. */
export type Lane = v128;
