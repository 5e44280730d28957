using Xunit;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>Somebody else's implementation of the browser's API, to run scripts in.</summary>
public interface IScriptHost : IAsyncLifetime
{
    /// <summary>Runs an async function of JavaScript that returns text. Skips the test where the implementation is not here.</summary>
    Task<string> RunAsync(string script, string argument);
}
