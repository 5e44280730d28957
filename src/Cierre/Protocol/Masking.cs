using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Cierre.Protocol;

/// <summary>RFC 6455 5.3: each byte is exclusive-ored with a byte of the key.</summary>
internal static class Masking
{
    [ThreadStatic]
    private static KeySource? t_keys;

    /// <summary>Masks or unmasks in place and returns the key turned so that it fits the bytes that follow.</summary>
    public static uint Apply(Span<byte> data, uint key)
    {
        int done = 0;
        if (data.Length >= Vector<byte>.Count)
        {
            Vector<byte> keys = Vector.AsVectorByte(new Vector<uint>(key));
            Span<Vector<byte>> vectors = MemoryMarshal.Cast<byte, Vector<byte>>(data);
            for (int i = 0; i < vectors.Length; i++) vectors[i] ^= keys;
            done = vectors.Length * Vector<byte>.Count;
        }

        Span<byte> rest = data[done..];
        Span<uint> words = MemoryMarshal.Cast<byte, uint>(rest);
        for (int i = 0; i < words.Length; i++) words[i] ^= key;
        rest = rest[(words.Length * sizeof(uint))..];
        uint turning = key;
        for (int i = 0; i < rest.Length; i++)
        {
            rest[i] ^= BitConverter.IsLittleEndian ? (byte)turning : (byte)(turning >> 24);
            turning = Turn(turning, 1);
        }

        return turning;
    }

    /// <summary>RFC 6455 5.3, 10.3: a key per frame that nobody can predict. Drawn in blocks: the generator costs more than a small frame.</summary>
    public static uint NewKey() => (t_keys ??= new KeySource()).Next();

    private static uint Turn(uint key, int bytes) =>
        BitConverter.IsLittleEndian ? BitOperations.RotateRight(key, 8 * bytes) : BitOperations.RotateLeft(key, 8 * bytes);

    private sealed class KeySource
    {
        private readonly uint[] _keys = new uint[64];
        private int _next;

        public uint Next()
        {
            if (_next == 0)
            {
                RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(_keys.AsSpan()));
                _next = _keys.Length;
            }

            return _keys[--_next];
        }
    }
}
