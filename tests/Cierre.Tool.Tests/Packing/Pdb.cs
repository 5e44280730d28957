using System.Collections.Immutable;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text;

namespace Cierre.Tool.Tests.Packing;

/// <summary>The documents of a portable PDB: their names, and the text of those that are embedded.</summary>
internal static class Pdb
{
    // Portable PDB format, custom debug information.
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    public static IReadOnlyList<(string Name, string? Text)> Documents(byte[] pdb)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbImage([.. pdb]);
        MetadataReader reader = provider.GetMetadataReader();
        return [.. reader.Documents.Select(handle => (reader.GetString(reader.GetDocument(handle).Name), Text(reader, handle)))];
    }

    /// <summary>The map from document names to addresses; null where the origin of the sources has none.</summary>
    public static string? Link(byte[] pdb)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbImage([.. pdb]);
        MetadataReader reader = provider.GetMetadataReader();
        return Information(reader, EntityHandle.ModuleDefinition, SourceLink) is { } json ? Encoding.UTF8.GetString(json) : null;
    }

    private static string? Text(MetadataReader reader, DocumentHandle document)
    {
        if (Information(reader, document, EmbeddedSource) is not { } blob) return null;
        // The first four bytes are the length of what is compressed after them, or 0 for text as it is.
        if (BitConverter.ToInt32(blob) == 0) return Encoding.UTF8.GetString(blob.AsSpan(4));
        using var text = new StreamReader(new DeflateStream(new MemoryStream(blob, 4, blob.Length - 4), CompressionMode.Decompress));
        return text.ReadToEnd();
    }

    private static byte[]? Information(MetadataReader reader, EntityHandle of, Guid kind)
    {
        foreach (CustomDebugInformationHandle handle in reader.GetCustomDebugInformation(of))
        {
            CustomDebugInformation information = reader.GetCustomDebugInformation(handle);
            if (reader.GetGuid(information.Kind) == kind) return reader.GetBlobBytes(information.Value);
        }

        return null;
    }
}
