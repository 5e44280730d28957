using System.Runtime.CompilerServices;

namespace Cierre.TestKit;

/// <summary>Finds the sources a test was compiled from; tests never depend on the working directory.</summary>
public static class RepoRoot
{
    /// <summary>The folder that holds Cierre.slnx.</summary>
    public static string Directory { get; } = Above(Here(), "Cierre.slnx");

    /// <summary>The folder of the project that <paramref name="sourceFile"/> belongs to.</summary>
    public static string ProjectOf(string sourceFile) => Above(sourceFile, "*.csproj");

    private static string Above(string path, string pattern)
    {
        for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (System.IO.Directory.Exists(folder) && System.IO.Directory.EnumerateFiles(folder, pattern).Any())
                return folder;
        }

        throw new DirectoryNotFoundException($"no folder above {path} holds {pattern}");
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
