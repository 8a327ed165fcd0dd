#version 450
#extension GL_GOOGLE_include_directive : require
#include "noise.glsl"
// The meshes as grids of parameters, one invocation for each vertex: position, normal and texture coordinates into one buffer, the
// indices of the cell behind it into another.
layout(local_size_x = 64) in;
layout(set = 0, binding = 0) writeonly buffer Vertices { float vertices[]; };
layout(set = 0, binding = 1) writeonly buffer Indices { uint indices[]; };
layout(push_constant) uniform Push { uint kind, columns, rows, first_vertex, first_index; }; // columns, rows: of cells

const float TURN = 6.283185307;

float terrain(vec2 p)
{
    float r = length(p);
    float island = smoothstep(13.0, 8.2, r) * 2.4 - 1.3 + (fbm(p * 0.35 + 40.0, 4096u, 5) - 0.5) * (1.6 * smoothstep(8.0, 10.5, r));
    float ridge = 1.0 - abs(fbm(p * 0.055 + 90.0, 4096u, 6) * 2.0 - 0.98);
    float hills = smoothstep(26.0, 75.0, r) * (ridge * ridge * 24.0 - 3.0);
    return max(island, -1.6) + hills;
}

void terrain_vertex(vec2 t, out vec3 p, out vec3 n, out vec2 uv)
{
    vec2 s = t * 2.0 - 1.0;
    vec2 w = s * (0.30 + 0.70 * s * s) * 95.0; // finer in the middle
    float e = 0.12 + 0.004 * dot(s, s) * 95.0, h = terrain(w);
    p = vec3(w.x, h, w.y);
    n = normalize(vec3(terrain(w - vec2(e, 0.0)) - terrain(w + vec2(e, 0.0)), 2.0 * e,
                       terrain(w - vec2(0.0, e)) - terrain(w + vec2(0.0, e))));
    uv = w * 0.22;
}

vec3 knot_line(float a) // a (2, 3) torus knot
{
    float r = 1.35 + 0.55 * cos(3.0 * a);
    return vec3(r * cos(2.0 * a), 0.75 * sin(3.0 * a), r * sin(2.0 * a));
}

void knot_vertex(vec2 t, out vec3 p, out vec3 n, out vec2 uv)
{
    float a = t.x * TURN, b = t.y * TURN;
    vec3 c = knot_line(a), ahead = normalize(knot_line(a + 0.01) - knot_line(a - 0.01));
    vec3 side = normalize(cross(ahead, vec3(0.0, 1.0, 0.0))), up = cross(side, ahead);
    n = side * cos(b) + up * sin(b);
    p = c + n * (0.30 + 0.03 * cos(5.0 * b + 24.0 * a));
    uv = vec2(t.x * 24.0, t.y * 3.0);
}

// Profiles turned around the axis: radius and height, straight between the points.
const vec2 platform[12] = vec2[12](vec2(7.9, 0.2), vec2(7.9, 1.35), vec2(7.4, 1.35), vec2(7.4, 1.65), vec2(6.9, 1.65), vec2(6.9, 1.95),
                                   vec2(2.2, 1.95), vec2(2.2, 2.5), vec2(1.5, 2.5), vec2(1.4, 3.4), vec2(1.7, 3.55), vec2(0.0, 3.55));
const vec2 column[12] = vec2[12](vec2(0.62, 1.95), vec2(0.62, 2.15), vec2(0.55, 2.25), vec2(0.44, 2.35), vec2(0.42, 3.6), vec2(0.38, 5.2),
                                 vec2(0.34, 6.2), vec2(0.40, 6.3), vec2(0.52, 6.5), vec2(0.60, 6.5), vec2(0.60, 6.75), vec2(0.0, 6.75));
const vec2 lintel[12] = vec2[12](vec2(5.35, 6.75), vec2(6.55, 6.75), vec2(6.55, 7.1), vec2(6.65, 7.15), vec2(6.65, 7.5), vec2(6.8, 7.6),
                                 vec2(6.8, 7.72), vec2(5.2, 7.72), vec2(5.2, 7.55), vec2(5.35, 7.5), vec2(5.35, 7.0), vec2(5.35, 6.75));

vec2 profile(uint i) { return kind == 2u ? platform[i] : kind == 3u ? column[i] : lintel[i]; }

// Two rows of vertices for each piece, so that its edges stay sharp.
void turned_vertex(float u, uint row, out vec3 p, out vec3 n, out vec2 uv)
{
    uint piece = row >> 1;
    vec2 a = profile(piece), b = profile(piece + 1u), at = (row & 1u) == 0u ? a : b, d = normalize(b - a);
    float angle = u * TURN, c = cos(angle), s = sin(angle), flute = 0.0;
    if (kind == 3u && piece >= 3u && piece < 6u) // the shaft
        flute = abs(sin(angle * 6.0));
    float r = at.x * (1.0 - 0.07 * (1.0 - flute)) + (flute > 0.0 ? 0.0 : at.x * (kind == 3u && piece >= 3u && piece < 6u ? 0.0 : 0.07));
    p = vec3(r * c, at.y, r * s);
    n = vec3(d.y * c, -d.x, d.y * s);
    if (flute > 0.0) {
        float slope = cos(angle * 6.0) * sign(sin(angle * 6.0)) * 0.45;
        n = normalize(n + vec3(s, 0.0, -c) * slope);
    }
    float along = abs(d.y) > 0.5 ? at.y : at.x;
    float around = kind == 3u ? 2.0 : 12.0;
    uv = abs(d.y) > 0.5 || kind == 3u ? vec2(u * around, along * 0.55) : p.xz * 0.25;
}

void main()
{
    uint i = gl_GlobalInvocationID.x, wide = columns + 1u;
    if (i >= wide * (rows + 1u))
        return;
    uvec2 at = uvec2(i % wide, i / wide);
    vec2 t = vec2(at) / vec2(columns, rows);
    vec3 p, n;
    vec2 uv;
    if (kind == 0u)
        terrain_vertex(t, p, n, uv);
    else if (kind == 1u)
        knot_vertex(t, p, n, uv);
    else
        turned_vertex(t.x, at.y, p, n, uv);
    uint v = (first_vertex + i) * 8u;
    vertices[v] = p.x;
    vertices[v + 1u] = p.y;
    vertices[v + 2u] = p.z;
    vertices[v + 3u] = n.x;
    vertices[v + 4u] = n.y;
    vertices[v + 5u] = n.z;
    vertices[v + 6u] = uv.x;
    vertices[v + 7u] = uv.y;
    if (at.x < columns && at.y < rows) {
        uint k = first_index + (at.y * columns + at.x) * 6u;
        bool gap = kind >= 2u && (at.y & 1u) == 1u; // between two pieces: a cell without area
        uint right = gap ? 0u : 1u, up = gap ? 0u : wide;
        bool turn = kind == 1u;
        indices[k] = i;
        indices[k + 1u] = turn ? i + right : i + up;
        indices[k + 2u] = turn ? i + up : i + right;
        indices[k + 3u] = i + right;
        indices[k + 4u] = turn ? i + up + right : i + up;
        indices[k + 5u] = turn ? i + up : i + up + right;
    }
}
