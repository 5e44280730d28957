using Cierre.TestKit;

namespace Cierre.Tests.Resuming;

/// <summary>The conversations of vectors/resume.json, each side of them played by our own. The tests of js/cierre-resume play the client's with that.</summary>
public sealed class ResumeVectorsTests
{
    public static TheoryData<int, string> OfClient => Rows("client");

    public static TheoryData<int, string> OfServer => Rows("server");

    [Theory]
    [MemberData(nameof(OfClient))]
    public void Client_says_and_sees_what_is_written(int row, string _) => new ResumeClientPlayer(Vectors.Resumes[row]).Play();

    [Theory]
    [MemberData(nameof(OfServer))]
    public void Server_says_and_sees_what_is_written(int row, string _) => new ResumeServerPlayer(Vectors.Resumes[row]).Play();

    private static TheoryData<int, string> Rows(string role)
    {
        var rows = new TheoryData<int, string>();
        for (int row = 0; row < Vectors.Resumes.Count; row++)
        {
            if (Vectors.Resumes[row].IsFor(role)) rows.Add(row, Vectors.Resumes[row].Name);
        }

        return rows;
    }
}
